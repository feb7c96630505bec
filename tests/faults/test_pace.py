"""Faults of pace: as values to the millisecond, and what a socket sees of them."""

from random import Random
from statistics import median

import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import End, Pause, Piece
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import BODY, HEAD, acts, hear, pauses_ms, pieces, told


def test_latency_holds_each_piece_from_when_it_would_have_come() -> None:
    """Two pieces at once are late together; one that comes later is late by as much; an end is not held by itself."""
    head, body = acts()

    shaped = faults.Latency(latency_ms=300).shape([head, Pause(0.1), body, Pause(0.4), body, Pause(0.5), End.CLOSE], told())

    assert shaped == [Pause(0.3), head, Pause(0.1), body, Pause(0.4), body, Pause(0.2), End.CLOSE]


def test_latency_keeps_the_order() -> None:
    """A piece that draws a shorter delay than the one before comes right after it."""
    first, *rest = faults.Latency(latency_ms=100, jitter_ms=100).shape(acts() * 50, told(seed=3))

    assert isinstance(first, Pause)
    assert pieces(rest) == pieces(acts() * 50)
    assert sum(pauses_ms([first, *rest])) < 200


def test_jitter_is_uniform_below_its_bound() -> None:
    """From -j to j-1 ms about the latency, as Toxiproxy draws it."""
    late = faults.Latency(latency_ms=10, jitter_ms=3)

    drawn = {pauses_ms(late.shape(acts()[:1], told(seed=seed)))[0] for seed in range(200)}

    assert drawn == {7, 8, 9, 10, 11, 12}


def test_latency_upstream_holds_the_request() -> None:
    """The API is asked later, and the answer comes as ever."""
    late = faults.Latency(latency_ms=300, stream="upstream")

    assert late.before_request(told()) == (Pause(0.3),)
    assert late.shape(acts(), told()) == acts()


def test_latency_downstream_leaves_the_request_alone() -> None:
    """The API is asked at once."""
    assert faults.Latency(latency_ms=300).before_request(told()) == ()


def test_a_jitter_that_draws_nothing_is_no_bite() -> None:
    """Equal acts, so the link spares it."""
    assert faults.Latency(latency_ms=0, jitter_ms=1).shape(acts(), told(seed=1)) == acts()


def test_lognormal_delays_have_their_median_and_end_at_their_longest() -> None:
    """Half come within the median, some much later, none after the longest."""
    late = faults.LognormalDelay(median_ms=100, sigma=0.5, max_ms=400)

    drawn_ms = [pauses_ms(late.shape(acts(), told(seed=seed)))[0] for seed in range(1000)]

    assert median(drawn_ms) == pytest.approx(100, rel=0.1)
    assert 250 < max(drawn_ms) <= 400


class Tail(Random):
    """Draws from the far end of the tail, again and again."""

    drawn = 0

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        """Nine deviations above the mean."""
        self.drawn += 1
        return mu + 9 * sigma


def test_a_lognormal_delay_that_is_always_too_long_is_the_longest() -> None:
    """It is drawn anew ten times, then cut."""
    tail = Tail()
    late = faults.LognormalDelay(median_ms=100, sigma=1, max_ms=700)

    assert pauses_ms(late.shape(acts(), msgspec.structs.replace(told(), chance=tail))) == [700]
    assert tail.drawn == 11


def test_uniform_delays_include_both_bounds() -> None:
    """Every whole millisecond from the one to the other."""
    late = faults.UniformDelay(lower_ms=2, upper_ms=4)

    assert {pauses_ms(late.shape(acts(), told(seed=seed)))[0] for seed in range(50)} == {2, 3, 4}


def test_bandwidth_sends_what_the_rate_allows() -> None:
    """A pause as long as each slice takes, and slices of 100 ms."""
    shaped = faults.Bandwidth(rate_kb_s=2).shape([Piece(b"h" * 50), Piece(b"b" * 450, is_body=True)], told())

    assert [len(piece) for piece in pieces(shaped)] == [50, 200, 200, 50]
    assert pauses_ms(shaped) == [25, 100, 100, 25]


def test_slicer_cuts_as_toxiproxy_does() -> None:
    """In halves until what is left is within the average and its variation; without variation always the same way."""
    shaped = faults.Slicer(average_bytes=10, variation_bytes=0, delay_us=700).shape([Piece(b"x" * 45)], told())

    assert [len(piece) for piece in pieces(shaped)] == [5, 6, 5, 6, 5, 6, 6, 6]
    assert pauses_ms(shaped) == [0.7] * 8


def test_slices_vary_and_lose_nothing() -> None:
    """None is longer than the average and its variation, and together they are what was there."""
    shaped = faults.Slicer(average_bytes=10, variation_bytes=4).shape(acts(BODY * 40), told(seed=5))

    assert b"".join(pieces(shaped)) == b"".join(pieces(acts(BODY * 40)))
    assert {len(piece) <= 14 for piece in pieces(shaped)} == {True}
    assert len({len(piece) for piece in pieces(shaped)}) > 3


def test_the_same_chance_slices_alike() -> None:
    """And another one does not."""
    slicer = faults.Slicer(average_bytes=10, variation_bytes=4)

    assert slicer.shape(acts(), told(seed=1)) == slicer.shape(acts(), told(seed=1))
    assert slicer.shape(acts(), told(seed=1)) != slicer.shape(acts(), told(seed=2))


def test_pieces_that_are_small_enough_are_no_bite() -> None:
    """Equal acts."""
    assert faults.Slicer(average_bytes=10_000).shape(acts(), told()) == acts()


def test_drip_sends_single_bytes_of_the_body() -> None:
    """A pause after each."""
    shaped = faults.Drip(every_ms=50).shape(acts(b"abc"), told())

    assert pieces(shaped)[1:] == [b"a", b"b", b"c"]
    assert pauses_ms(shaped) == [50, 50, 50]


def test_drip_lasts_a_minute() -> None:
    """Then the rest of a long body comes in one piece."""
    shaped = faults.Drip(every_ms=200).shape(acts(b"x" * 5000), told())

    assert sum(pauses_ms(shaped)) == 60_000
    assert len(pieces(shaped)[-1]) == 5000 - 300


def test_dribble_parts_the_body_as_wiremock_does() -> None:
    """Equal parts with a pause before each, and the odd bytes with the last."""
    shaped = faults.Dribble(chunks=4, total_ms=1000).shape(acts(), told())

    assert [len(piece) for piece in pieces(shaped)[1:]] == [6, 6, 6, 8]
    assert pauses_ms(shaped) == [250, 250, 250, 250]
    assert shaped[1] == Pause(0.25)


def test_dribble_of_a_short_body_sends_single_bytes() -> None:
    """Over the same time."""
    shaped = faults.Dribble(chunks=100, total_ms=900).shape(acts(b"abc"), told())

    assert (pieces(shaped)[1:], pauses_ms(shaped)) == ([b"a", b"b", b"c"], [300, 300, 300])


def test_dribble_keeps_the_cuts_that_were_there() -> None:
    """Bytes that came apart stay apart."""
    shaped = faults.Dribble(chunks=2, total_ms=10).shape(
        [Piece(HEAD), Piece(b"a", is_body=True), Piece(b"bcdef", is_body=True)], told()
    )

    assert pieces(shaped)[1:] == [b"a", b"bc", b"def"]
    assert shaped[1:2] + shaped[4:5] == [Pause(0.005), Pause(0.005)]


EMPTY = [faults.Drip(), faults.Dribble()]


@pytest.mark.parametrize("fault", EMPTY, ids=repr)
def test_an_empty_body_is_no_bite(fault: faults.AnyFault) -> None:
    """There is nothing to send slowly."""
    assert fault.shape(acts(b""), told()) == acts(b"")


LATE = [
    (faults.Latency(latency_ms=150), 0.15),
    (faults.Latency(latency_ms=150, stream="upstream"), 0.15),
    (faults.LognormalDelay(median_ms=150, sigma=0.01, max_ms=200), 0.13),
    (faults.UniformDelay(lower_ms=150, upper_ms=150), 0.15),
]


@pytest.mark.parametrize(("fault", "least_s"), LATE, ids=repr)
@pytest.mark.slow
def test_a_late_answer_is_late_and_whole(fiskil: LocalFiskil, fault: faults.AnyFault, least_s: float) -> None:
    """The first byte comes after the delay, and every byte is as ever."""
    plain = hear(fiskil)

    late = hear(fiskil, fault)

    assert late.data == plain.data
    assert late.pieces[0][0] >= least_s


SLOW = [
    (faults.Bandwidth(rate_kb_s=2), 0.3, 4),
    (faults.Slicer(average_bytes=100, variation_bytes=50, delay_us=20_000), 0.08, 5),
    (faults.Dribble(chunks=4, total_ms=200), 0.15, 4),
    (faults.Drip(every_ms=1), 0.1, 20),
]


@pytest.mark.parametrize(("fault", "least_s", "arrivals"), SLOW, ids=repr)
@pytest.mark.slow
def test_a_slow_answer_comes_in_pieces_and_whole(
    fiskil: LocalFiskil, fault: faults.AnyFault, least_s: float, arrivals: int
) -> None:
    """Its bytes arrive several times and over some time, where others arrive at once, and every byte is as ever."""
    plain = hear(fiskil)

    slow = hear(fiskil, fault)

    assert slow.data == plain.data
    assert slow.arrivals >= arrivals > plain.arrivals
    assert slow.ended_s >= least_s


SENSELESS = [
    (faults.Latency(latency_ms=0), "1 to 60000 together, got 0 and 0"),
    (faults.Latency(latency_ms=60_000, jitter_ms=1), "together"),
    (faults.Latency(latency_ms=-1), "latency_ms"),
    (faults.Latency(stream="down"), "stream must be 'upstream' or 'downstream', got 'down'"),
    (faults.LognormalDelay(median_ms=10, max_ms=5), "median_ms must be a whole number, from 1 to 5, got 10"),
    (faults.LognormalDelay(sigma=0), "sigma must be above 0 and at most 5, got 0"),
    (faults.UniformDelay(lower_ms=3, upper_ms=2), "lower_ms must be a whole number, from 0 to 2, got 3"),
    (faults.UniformDelay(lower_ms=0, upper_ms=0), "upper_ms"),
    (faults.Bandwidth(rate_kb_s=0), "rate_kb_s"),
    (faults.Slicer(average_bytes=4, variation_bytes=4), "variation_bytes must be a whole number, from 0 to 3, got 4"),
    (faults.Slicer(delay_us=0), "delay_us"),
    (faults.Dribble(chunks=0), "chunks"),
    (faults.Dribble(chunks=10, total_ms=5), "chunks must be a whole number, from 1 to 5, got 10"),
]


@pytest.mark.parametrize(
    ("fault", "words"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_a_pace_that_changes_nothing_is_refused(fault: faults.AnyFault, words: str) -> None:
    """Before anything is asked."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
