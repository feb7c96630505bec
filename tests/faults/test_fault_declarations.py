"""The parts of an exchange that faults declare to spoil, checked by a strict parser of the bytes."""

from collections.abc import Iterator

import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import wait_until
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.contract.conformance_monitor import ConformanceMonitor
from tests.faults.caller import faults_in
from tests.faults.observed import receive

FAMILIES = (
    "delay",
    "pace",
    "transport",
    "damage",
    "framing",
    "chunks",
    "headers",
    "compression",
    "redirect",
    "early_response",
)

GET = [
    faults.Latency(latency_ms=1),
    faults.LognormalDelay(median_ms=10, max_ms=20),
    faults.UniformDelay(lower_ms=1, upper_ms=2),
    faults.Bandwidth(rate_kb_s=100),
    faults.Slicer(delay_us=1),
    faults.Drip(every_ms=1),
    faults.Dribble(total_ms=10),
    faults.Timeout(timeout_ms=1),
    faults.Timeout(timeout_ms=1, stream="upstream"),
    faults.Timeout(),
    faults.ResetBefore(),
    faults.ResetBefore(stream="downstream"),
    faults.ResetPeer(after_bytes=5),
    faults.EmptyResponse(),
    faults.EmptyResponse(stream="downstream"),
    faults.LimitBytes(after_bytes=5),
    faults.LimitResponse(after_bytes=1),
    faults.LimitResponse(after_bytes=60),
    faults.LimitResponse(after_bytes=200),
    faults.StallHead(),
    faults.Stall(after_bytes=5),
    faults.ChunkLoss(loss_percent=50, chunk_bytes=100),
    faults.Corrupt(),
    faults.Corrupt(bits=5, part="head"),
    faults.Garbage(),
    faults.Garbage(size_bytes=1),
    faults.GarbageAfterHead(),
    faults.LengthTooLong(),
    faults.LengthTooShort(),
    faults.DuplicateContentLength(),
    faults.LengthAndChunks(),
    faults.TruncatedWithoutLength(),
    faults.ChunksWithoutEnd(),
    faults.BadChunkSize(),
    faults.ChunkExtension(),
    faults.Trailers(),
    faults.BodyAfterNoContent(),
    faults.BareLineFeeds(),
    faults.SecondResponse(),
    faults.ContinueForever(every_ms=1, lasts_ms=5),
    faults.EarlyHints(),
    faults.HugeHeader(),
    faults.ManyHeaders(),
    faults.DuplicateHeader(),
    faults.GzipLie(),
    faults.GzipBomb(size_bytes=100_000),
    faults.GzipTruncated(),
    faults.EarlyResponse(),
    faults.RedirectLoop(),
    faults.RedirectCrossOrigin(),
]
ELSEWHERE = {faults.BodyAfterHead, faults.RedirectDowngrade}
"""One needs HEAD and one TLS: each is tried in its own file."""


@pytest.fixture
def monitor() -> Iterator[ConformanceMonitor]:
    """Yield a monitor for one test."""
    with ConformanceMonitor().watching() as watching:
        yield watching


@pytest.mark.parametrize("fault", GET, ids=repr)
def test_a_fault_in_an_exchange_breaks_what_it_declares(
    fiskil: LocalFiskil, monitor: ConformanceMonitor, fault: faults.AnyFault
) -> None:
    """The fault breaks all of it and nothing else, and the monitor has observed the bite."""
    receive(fiskil, fault, patience_s=1)

    assert wait_until(lambda: sum(monitor.bite_counts.values()) == 1, cap_s=30)
    assert monitor.violations == []


def test_a_body_after_head_breaks_the_framing(fiskil: LocalFiskil, monitor: ConformanceMonitor) -> None:
    """The fault breaks what it declares."""
    receive(fiskil, faults.BodyAfterHead(), route="*", method="HEAD")

    assert wait_until(lambda: sum(monitor.bite_counts.values()) == 1, cap_s=30)
    assert monitor.violations == []


def test_every_fault_of_these_families_is_tested() -> None:
    """A new fault must be added above."""
    assert {type(value) for value in GET} | ELSEWHERE == set(faults_in(*FAMILIES))


@pytest.mark.parametrize("fault", GET, ids=repr)
def test_the_next_exchange_is_unchanged(fiskil: LocalFiskil, fault: faults.AnyFault) -> None:
    """On a new connection the next response is the usual one."""
    plain = receive(fiskil)
    receive(fiskil, fault, patience_s=1)

    assert receive(fiskil).data == plain.data
    assert fiskil.proxy.rules.waiting() == []
