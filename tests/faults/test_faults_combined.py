"""Several faults on one exchange: each changes what the one before it has left, and only the first end counts."""

import gzip
from itertools import permutations

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import wait_until
from fiskil_harness.errors import FaultUnbitten
from fiskil_harness.faults import End, Pause, Piece
from fiskil_harness.faults.fault import Act
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.caller import faults_in
from tests.faults.observed import BODY, HEAD, PATH, REPLY, ROUTE, Received, acts, make_exchange, pauses_ms, pieces, receive


def shape_all(*broken: faults.AnyFault) -> list[Act]:
    """Return the acts of a response after these faults, from left to right."""
    left: list[Act] = acts()
    for fault in broken:
        left = list(fault.shape(left, make_exchange()))
    return left


def test_a_late_response_with_broken_json_is_both(fiskil: LocalFiskil) -> None:
    """Latency and truncated_json combine."""
    with fiskil.broken(ROUTE, faults.Latency(latency_ms=100)), fiskil.broken(ROUTE, faults.TruncatedJson(keep_percent=50)):
        response = httpx.get(fiskil.api_url + PATH, trust_env=False, timeout=30)

    assert response.elapsed.total_seconds() >= 0.1
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        response.json()


SLICER = faults.Slicer(average_bytes=5, variation_bytes=0, delay_us=10)


def test_slices_are_cut_at_the_byte_of_the_limit() -> None:
    """Slicer and limit_data combine in either order: pieces up to the byte."""
    sliced = shape_all(SLICER, faults.LimitBytes(after_bytes=11))
    cut = shape_all(faults.LimitBytes(after_bytes=11), SLICER)

    assert b"".join(pieces(sliced)) == b"".join(pieces(cut)) == HEAD + BODY[:11]
    assert (sliced[-1], cut[-1]) == (End.CLOSE, End.CLOSE)
    assert len(pieces(sliced)) > 10


def test_a_dribbled_gzip_lie_is_slow_and_a_lie() -> None:
    """Dribble and gzip_lie combine."""
    changed = faults.GzipLie().change_response(REPLY, make_exchange())

    assert changed.header(b"content-encoding") == b"gzip"
    assert [len(piece) for piece in pieces(shape_all(faults.Dribble(chunks=2, total_ms=10)))[1:]] == [13, 13]


def test_a_client_notices_both_dribble_and_gzip_lie(fiskil: LocalFiskil) -> None:
    """The response takes its time and cannot be decoded."""
    received = receive(fiskil, faults.Dribble(chunks=2, total_ms=200), faults.GzipLie())

    assert received.ended_s >= 0.2
    assert b"content-encoding: gzip" in received.head
    assert received.body.startswith(b"[{")


def test_slices_become_chunks() -> None:
    """Slicer and trailers combine: each slice is a chunk, and pauses stay where they were."""
    assert shape_all(faults.Dribble(chunks=2, total_ms=10), faults.Trailers(count=1))[1:] == [
        Pause(0.005),
        Piece(b"d\r\n" + BODY[:13] + b"\r\n", is_body=True),
        Pause(0.005),
        Piece(b"d\r\n" + BODY[13:] + b"\r\n", is_body=True),
        Piece(b"0\r\nx-trailer-1: after the body\r\n\r\n", is_body=True),
    ]


def test_two_pauses_add_up() -> None:
    """A late response at a low rate is late, and then slow."""
    assert pauses_ms(shape_all(faults.Latency(latency_ms=40), faults.Bandwidth(rate_kb_s=1)))[0] == 40
    assert sum(pauses_ms(shape_all(faults.Latency(latency_ms=40), faults.Bandwidth(rate_kb_s=1)))) == pytest.approx(
        40 + len(HEAD + BODY), abs=0.01
    )


def test_all_pauses_together_end_after_a_minute() -> None:
    """All faults together delay a response by at most a minute."""
    shaped_acts = shape_all(faults.Latency(latency_ms=50_000), faults.Dribble(chunks=2, total_ms=50_000))

    assert sum(pauses_ms(shaped_acts)) == 60_000


ENDS = [
    faults.ResetBefore(),
    faults.EmptyResponse(stream="downstream"),
    faults.LimitResponse(after_bytes=40),
    faults.LengthTooShort(),
    faults.Garbage(size_bytes=9),
]


@pytest.mark.parametrize(("first", "second"), list(permutations(ENDS, 2)), ids=lambda value: value.ids[0])
def test_only_the_first_end_acts(fiskil: LocalFiskil, first: faults.AnyFault, second: faults.AnyFault) -> None:
    """The second fault waits for another exchange, and ends that one."""
    alone = receive(fiskil, first), receive(fiskil, second)

    with fiskil.broken(ROUTE, first), fiskil.broken(ROUTE, second):
        both = receive(fiskil), receive(fiskil)

    assert [without_time(received) for received in both] == [without_time(received) for received in alone]


def without_time(received: Received) -> tuple[bytes, str]:
    """Return the received bytes and how the connection ended."""
    return received.data, received.end


def test_an_end_before_the_api_leaves_others_waiting(fiskil: LocalFiskil) -> None:
    """Faults that would shape a response do not act if there is none."""
    with pytest.raises(FaultUnbitten, match="Dribble"):
        receive(fiskil, faults.Dribble(total_ms=5), faults.EmptyResponse())


def test_a_limit_beyond_a_compressed_body_is_no_bite(fiskil: LocalFiskil) -> None:
    """Limits count the bytes on the wire, where a bomb is small."""
    bomb = faults.GzipBomb(size_bytes=100_000)
    small = len(receive(fiskil, bomb).body)

    received = receive(fiskil, bomb, faults.LimitBytes(after_bytes=small - 1))

    assert len(received.body) == small - 1
    with pytest.raises(EOFError):
        gzip.decompress(received.body)


def test_a_client_that_leaves_a_drip_breaks_no_declaration(fiskil: LocalFiskil) -> None:
    """The monitor does not expect what another fault declares and the client did not receive."""
    with fiskil.broken(ROUTE, faults.Drip(every_ms=50)), fiskil.broken(ROUTE, faults.TruncatedJson()):
        with httpx.stream("GET", fiskil.api_url + PATH, trust_env=False, timeout=30) as response:
            next(response.iter_raw(1))

        assert wait_until(lambda: not fiskil.proxy.open_requests, cap_s=30)


REFRAMING = [
    faults.LengthTooLong,
    faults.LengthTooShort,
    faults.DuplicateContentLength,
    faults.TruncatedWithoutLength,
    *faults_in("chunks"),
    faults.GarbageAfterHead,
]


@pytest.mark.parametrize("kind", REFRAMING, ids=lambda value: value.ids[0])
@pytest.mark.parametrize("first", [faults.LimitBytes(after_bytes=5), faults.SecondResponse(), faults.Trailers()], ids=repr)
def test_broken_framing_is_not_repaired(first: faults.AnyFault, kind: type[faults.Fault]) -> None:
    """A second framing fault would repair the first."""
    broken = first.shape(acts(), make_exchange())

    assert kind().shape(broken, make_exchange()) == broken


@pytest.mark.parametrize(
    "fault", [faults.EarlyHints(), faults.ContinueForever(), faults.BareLineFeeds(), faults.SecondResponse()], ids=repr
)
def test_nothing_is_added_to_a_response_without_bytes(fault: faults.AnyFault) -> None:
    """If an earlier fault left no byte, there is no head to change or to add to."""
    assert list(fault.shape([End.CLOSE], make_exchange())) == [End.CLOSE]
