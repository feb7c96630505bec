"""Our faults behave as Toxiproxy documents its corresponding toxics: names, units, bytes and pauses."""

import re
import socket
from pathlib import Path
from random import Random

import pytest
from msgspec import structs

from fiskil_harness import faults
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.faults import End, Pause, Piece
from fiskil_harness.faults.fault import Act
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import ANY_CLIENT
from tests.faults.toxics import TOXICS, Toxic

HEAD = Piece(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
BODY = Piece(bytes(index % 256 for index in range(1000)), is_body=True)
ANSWER: list[Act] = [HEAD, BODY]
SEEDS = range(40)
BY_NAME = {toxic.name: toxic for toxic in TOXICS}


def seeded_exchange(seed: int = 0) -> faults.MatchedExchange:
    """Return an exchange with a seed."""
    return faults.MatchedExchange(
        method="GET",
        path="/v1/institutions",
        query=b"",
        headers=(),
        body=b"",
        route="institutions.list",
        version="v3",
        api_url="http://api.example",
        foreign_url=lambda: "http://elsewhere.example",
        chance=Random(seed),
        refusal=lambda status, _name, _message: faults.Reply(status=status, headers=(), body=b""),
        waits=lambda _seconds: (),
    )


def shaped(fault: faults.AnyFault, seed: int = 0) -> list[Act]:
    return list(fault.shape(ANSWER, seeded_exchange(seed)))


def pauses_ms(acts: list[Act]) -> list[int]:
    return [round(act.seconds * 1000) for act in acts if isinstance(act, Pause)]


def sizes(acts: list[Act]) -> list[int]:
    return [len(act.data) for act in acts if isinstance(act, Piece)]


def written(acts: list[Act]) -> bytes:
    return b"".join(act.data for act in acts if isinstance(act, Piece))


@pytest.mark.parametrize("toxic", TOXICS, ids=lambda value: value.name)
def test_a_toxic_has_a_fault_with_a_unit_in_every_name(toxic: Toxic) -> None:
    """No number needs a lookup of its unit."""
    fields = {field.name for field in structs.fields(toxic.ours)} - {"stream"}

    assert all(name.rpartition("_")[2] in {"ms", "us", "s", "bytes"} for name in fields)


@pytest.mark.parametrize("toxic", TOXICS, ids=lambda value: value.name)
def test_a_toxic_cites_its_source(toxic: Toxic) -> None:
    """The source is the documentation, or the code where the documentation is unclear."""
    assert toxic.source.startswith("README.md#")
    assert toxic.says.endswith(".")


def test_latency_varies_by_its_jitter() -> None:
    """Delays are whole milliseconds from latency - jitter up to latency + jitter, without the upper bound."""
    first = {pauses_ms(shaped(BY_NAME["latency"].ours, seed))[0] for seed in range(2000)}

    assert first == set(range(60, 140))


def test_latency_delays_every_piece_and_drops_none() -> None:
    """The bytes are the same, in the same order."""
    assert [written(shaped(BY_NAME["latency"].ours, seed)) for seed in SEEDS] == [HEAD.data + BODY.data for _ in SEEDS]


def test_latency_without_jitter_is_constant() -> None:
    """Both pieces arrive later by the same time, so the second waits no longer than the first."""
    assert shaped(faults.Latency(latency_ms=100)) == [Pause(0.1), HEAD, BODY]


def test_bandwidth_takes_size_over_rate() -> None:
    """1,000 bytes at 2 KB a second take half a second, in slices of 200 bytes and 100 ms."""
    acts = list(BY_NAME["bandwidth"].ours.shape([BODY], seeded_exchange()))

    assert sizes(acts) == [200, 200, 200, 200, 200]
    assert pauses_ms(acts) == [100, 100, 100, 100, 100]
    assert written(acts) == BODY.data


def test_bandwidth_does_not_slice_short_pieces() -> None:
    """A pause of less than 100 ms comes before the data, which then arrive at once."""
    acts = faults.Bandwidth(rate_kb_s=20).shape([BODY], seeded_exchange())

    assert list(acts) == [Pause(0.05), BODY]


def test_timeout_discards_and_closes() -> None:
    """Silence, then FIN, and no byte."""
    assert shaped(BY_NAME["timeout"].ours) == [Pause(0.1), End.CLOSE]


def test_timeout_of_zero_never_closes() -> None:
    """The connection stays open and silent."""
    assert shaped(faults.Timeout(timeout_ms=0)) == [End.STALL]


def test_reset_peer_drops_data_and_resets_late() -> None:
    """RST follows after the time, without any byte."""
    assert shaped(BY_NAME["reset_peer"].ours) == [Pause(0.1), End.RESET]
    assert shaped(faults.ResetBefore(stream="downstream")) == [End.RESET]


def test_slices_are_near_their_average() -> None:
    """No slice exceeds the average by more than the variation, or is shorter than half of that less the variation."""
    every = [size for seed in SEEDS for size in sizes(list(BY_NAME["slicer"].ours.shape([BODY], seeded_exchange(seed))))]

    assert max(every) <= 60
    assert min(every) >= 60 // 2 - 10


def test_slices_are_the_same_bytes_with_a_pause_after_each() -> None:
    """Each pause is 500 microseconds."""
    acts = list(BY_NAME["slicer"].ours.shape([BODY], seeded_exchange()))

    assert written(acts) == BODY.data
    assert acts[1::2] == [Pause(0.0005)] * (len(acts) // 2)


@pytest.mark.parametrize("limit", [1, 30, len(HEAD.data), len(HEAD.data) + 1, len(HEAD.data) + 999])
def test_limit_data_is_exact(limit: int) -> None:
    """Exactly these bytes including the head arrive, then FIN."""
    acts = shaped(faults.LimitResponse(after_bytes=limit))

    assert written(acts) == (HEAD.data + BODY.data)[:limit]
    assert acts[-1] is End.CLOSE


@pytest.mark.slow
def test_slow_close_delays_the_end(tmp_path: Path) -> None:
    """The FIN arrives no sooner than the delay after the request; without the fault the same bytes arrive."""
    with LocalFiskil(workdir=tmp_path, seed=7, interpretations=ANY_CLIENT) as fiskil:
        before = plain_response(fiskil)
        fiskil.proxy.rules.set(Rule(route="connection", fault=faults.SlowClose(delay_ms=300)))
        elapsed_s = stopwatch()
        during = plain_response(fiskil)
        ended_s = elapsed_s()

    assert undated(during) == undated(before)
    assert ended_s >= 0.3


def test_slow_close_delays_no_byte(tmp_path: Path) -> None:
    """The response is complete while the FIN is ten minutes away."""
    with LocalFiskil(workdir=tmp_path, seed=7, interpretations=ANY_CLIENT) as fiskil:
        complete = plain_response(fiskil)
        fiskil.proxy.rules.set(Rule(route="connection", fault=faults.SlowClose(delay_ms=600_000)))
        with open_request(fiskil) as client:
            received = b"".join(client.recv(1) for _ in range(len(complete)))

    assert undated(received) == undated(complete)


def test_a_toxic_that_is_removed_leaves_no_trace(tmp_path: Path) -> None:
    """The next response is the same as before the first."""
    with LocalFiskil(workdir=tmp_path, seed=7, interpretations=ANY_CLIENT) as fiskil:
        before = plain_response(fiskil)
        waiting = fiskil.proxy.rules.set(Rule(route="*", fault=faults.LimitResponse(after_bytes=30), times=0))
        during = plain_response(fiskil)
        fiskil.proxy.rules.lift(waiting)
        after = plain_response(fiskil)

    assert (len(during), undated(before)) == (30, undated(after))


def plain_response(fiskil: LocalFiskil) -> bytes:
    """Return all bytes of one response on a new connection."""
    with open_request(fiskil) as client:
        return b"".join(iter(lambda: client.recv(65_536), b""))


def undated(response: bytes) -> bytes:
    """Return a response without its date."""
    return re.sub(rb"\r\ndate: [^\r]*", b"", response)


def open_request(fiskil: LocalFiskil) -> socket.socket:
    """Yield a new connection with one request, which is its last."""
    client = socket.create_connection(("127.0.0.1", int(fiskil.api_url.rpartition(":")[2])), timeout=60)
    client.sendall(b"GET /v1/institutions?client_id=x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    return client
