"""Faults in an exchange that meet: each does its own to what the one before it has left, and the first end is the end."""

import gzip
from itertools import permutations

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import wait_until
from fiskil_harness.errors import FaultUnbitten
from fiskil_harness.faults import End, Pause, Piece, chunks, framing
from fiskil_harness.faults.fault import Act
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import BODY, HEAD, PATH, REPLY, ROUTE, Heard, acts, hear, pauses_ms, pieces, told


def shaped(*broken: faults.AnyFault) -> list[Act]:
    """What becomes of an answer that meets these, from left to right."""
    left: list[Act] = acts()
    for fault in broken:
        left = list(fault.shape(left, told()))
    return left


def test_a_late_answer_with_broken_json_is_both(fiskil: LocalFiskil) -> None:
    """Latency and truncated_json."""
    with fiskil.broken(ROUTE, faults.Latency(latency_ms=100)), fiskil.broken(ROUTE, faults.TruncatedJson(keep_percent=50)):
        answer = httpx.get(fiskil.api_url + PATH, trust_env=False)

    assert answer.elapsed.total_seconds() >= 0.1
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()


SLICER = faults.Slicer(average_bytes=5, variation_bytes=0, delay_us=10)


def test_slices_are_cut_at_the_limit_s_byte() -> None:
    """Slicer and limit_data: the pieces up to the byte, in either order."""
    sliced = shaped(SLICER, faults.LimitBytes(after_bytes=11))
    cut = shaped(faults.LimitBytes(after_bytes=11), SLICER)

    assert b"".join(pieces(sliced)) == b"".join(pieces(cut)) == HEAD + BODY[:11]
    assert (sliced[-1], cut[-1]) == (End.CLOSE, End.CLOSE)
    assert len(pieces(sliced)) > 10


def test_a_dribbled_lie_is_slow_and_a_lie() -> None:
    """Dribble and gzip_lie."""
    changed = faults.GzipLie().change_response(REPLY, told())

    assert changed.header(b"content-encoding") == b"gzip"
    assert [len(piece) for piece in pieces(shaped(faults.Dribble(chunks=2, total_ms=10)))[1:]] == [13, 13]


def test_a_dribbled_lie_is_felt_as_both(fiskil: LocalFiskil) -> None:
    """It takes its time and cannot be decoded."""
    heard = hear(fiskil, faults.Dribble(chunks=2, total_ms=200), faults.GzipLie())

    assert heard.ended_s >= 0.2
    assert b"content-encoding: gzip" in heard.head
    assert heard.body.startswith(b"[{")


def test_slices_become_chunks() -> None:
    """Slicer and trailers: a chunk for each slice, and pauses where they were."""
    assert shaped(faults.Dribble(chunks=2, total_ms=10), faults.Trailers(count=1))[1:] == [
        Pause(0.005),
        Piece(b"d\r\n" + BODY[:13] + b"\r\n", is_body=True),
        Pause(0.005),
        Piece(b"d\r\n" + BODY[13:] + b"\r\n", is_body=True),
        Piece(b"0\r\nx-trailer-1: after the body\r\n\r\n", is_body=True),
    ]


def test_two_pauses_add_up() -> None:
    """A late answer at a low rate is late, and then slow."""
    assert pauses_ms(shaped(faults.Latency(latency_ms=40), faults.Bandwidth(rate_kb_s=1)))[0] == 40
    assert sum(pauses_ms(shaped(faults.Latency(latency_ms=40), faults.Bandwidth(rate_kb_s=1)))) == pytest.approx(
        40 + len(HEAD + BODY), abs=0.01
    )


def test_all_pauses_together_end_after_a_minute() -> None:
    """However many faults hold an answer up."""
    held = shaped(faults.Latency(latency_ms=50_000), faults.Dribble(chunks=2, total_ms=50_000))

    assert sum(pauses_ms(held)) == 60_000


ENDS = [
    faults.ResetBefore(),
    faults.EmptyResponse(stream="downstream"),
    faults.LimitResponse(after_bytes=40),
    faults.LengthTooShort(),
    faults.Garbage(size_bytes=9),
]


@pytest.mark.parametrize(("first", "second"), list(permutations(ENDS, 2)), ids=lambda value: value.ids[0])
def test_the_first_end_is_the_end(fiskil: LocalFiskil, first: faults.AnyFault, second: faults.AnyFault) -> None:
    """The other one waits for another exchange, and has its way there."""
    alone = hear(fiskil, first), hear(fiskil, second)

    with fiskil.broken(ROUTE, first), fiskil.broken(ROUTE, second):
        both = hear(fiskil), hear(fiskil)

    assert [without_time(heard) for heard in both] == [without_time(heard) for heard in alone]


def without_time(heard: Heard) -> tuple[bytes, str]:
    """What came and how it ended."""
    return heard.data, heard.end


def test_an_end_before_the_api_leaves_others_waiting(fiskil: LocalFiskil) -> None:
    """What would shape an answer cannot, where there is none."""
    with pytest.raises(FaultUnbitten, match="Dribble"):
        hear(fiskil, faults.Dribble(total_ms=5), faults.EmptyResponse())


def test_what_is_behind_a_bomb_s_end_is_no_bite(fiskil: LocalFiskil) -> None:
    """Limits count what is on the wire, where a bomb is small."""
    bomb = faults.GzipBomb(size_bytes=100_000)
    small = len(hear(fiskil, bomb).body)

    heard = hear(fiskil, bomb, faults.LimitBytes(after_bytes=small - 1))

    assert len(heard.body) == small - 1
    with pytest.raises(EOFError):
        gzip.decompress(heard.body)


def test_a_client_that_leaves_a_drip_is_no_surprise(fiskil: LocalFiskil) -> None:
    """Nor is it what another fault declares and nobody could see any more."""
    with fiskil.broken(ROUTE, faults.Drip(every_ms=50)), fiskil.broken(ROUTE, faults.TruncatedJson()):
        with httpx.stream("GET", fiskil.api_url + PATH, trust_env=False) as answer:
            next(answer.iter_raw(1))

        assert wait_until(lambda: not fiskil.link.open_requests, cap_s=30)


REFRAMING = [*framing.FAULTS[:4], *chunks.FAULTS, faults.GarbageAfterHead]


@pytest.mark.parametrize("kind", REFRAMING, ids=lambda value: value.ids[0])
@pytest.mark.parametrize("before", [faults.LimitBytes(after_bytes=5), faults.SecondResponse(), faults.Trailers()], ids=repr)
def test_a_broken_frame_is_not_framed_anew(before: faults.AnyFault, kind: type[faults.PlainFault]) -> None:
    """That would mend what another fault has broken."""
    broken = before.shape(acts(), told())

    assert kind().shape(broken, told()) == broken


@pytest.mark.parametrize(
    "fault", [faults.EarlyHints(), faults.ContinueForever(), faults.BareLineFeeds(), faults.SecondResponse()], ids=repr
)
def test_nothing_comes_before_or_after_an_answer_that_does_not(fault: faults.AnyFault) -> None:
    """Where an end left not a byte, there is no head to change or to add to."""
    assert list(fault.shape([End.CLOSE], told())) == [End.CLOSE]
