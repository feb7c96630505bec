"""Pace faults: as values to the millisecond, and as a socket receives them."""

from random import Random
from statistics import median

import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import End, Pause, Piece
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import BODY, HEAD, acts, make_exchange, pauses_ms, pieces, receive


def test_latency_delays_each_piece_from_its_original_time() -> None:
    """Two simultaneous pieces are late together; a later one is late by the same time; an end alone is not delayed."""
    head, body = acts()

    shaped = faults.Latency(latency_ms=300).shape(
        [head, Pause(0.1), body, Pause(0.4), body, Pause(0.5), End.CLOSE], make_exchange()
    )

    assert shaped == [Pause(0.3), head, Pause(0.1), body, Pause(0.4), body, Pause(0.2), End.CLOSE]


def test_latency_keeps_the_order() -> None:
    """A piece with a shorter delay than the one before follows it at once."""
    first, *rest = faults.Latency(latency_ms=100, jitter_ms=100).shape(acts() * 50, make_exchange(seed=3))

    assert isinstance(first, Pause)
    assert pieces(rest) == pieces(acts() * 50)
    assert sum(pauses_ms([first, *rest])) < 200


def test_jitter_is_uniform_below_its_bound() -> None:
    """The jitter is from -j to j-1 ms, as in Toxiproxy."""
    late = faults.Latency(latency_ms=10, jitter_ms=3)

    drawn = {pauses_ms(late.shape(acts()[:1], make_exchange(seed=seed)))[0] for seed in range(200)}

    assert drawn == {7, 8, 9, 10, 11, 12}


def test_latency_upstream_delays_the_request() -> None:
    """The API receives the request later, and the response is the usual one."""
    late = faults.Latency(latency_ms=300, stream="upstream")

    assert late.before_request(make_exchange()) == (Pause(0.3),)
    assert late.shape(acts(), make_exchange()) == acts()


def test_latency_downstream_leaves_the_request_alone() -> None:
    """The API receives the request at once."""
    assert faults.Latency(latency_ms=300).before_request(make_exchange()) == ()


def test_a_delay_of_zero_is_no_bite() -> None:
    """The acts are equal, so the proxy counts no bite."""
    assert faults.Latency(latency_ms=0, jitter_ms=1).shape(acts(), make_exchange(seed=1)) == acts()


def test_lognormal_delays_have_their_median_and_maximum() -> None:
    """Half are within the median, some are much longer, none exceeds the maximum."""
    late = faults.LognormalDelay(median_ms=100, sigma=0.5, max_ms=400)

    drawn_ms = [pauses_ms(late.shape(acts(), make_exchange(seed=seed)))[0] for seed in range(1000)]

    assert median(drawn_ms) == pytest.approx(100, rel=0.1)
    assert 250 < max(drawn_ms) <= 400


class FarTail(Random):
    """A generator that always draws from the far end of the tail."""

    drawn = 0

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        """Return nine deviations above the mean."""
        self.drawn += 1
        return mu + 9 * sigma


def test_a_lognormal_delay_is_cut_after_ten_redraws() -> None:
    """The delay is drawn again ten times, then cut to the maximum."""
    tail = FarTail()
    late = faults.LognormalDelay(median_ms=100, sigma=1, max_ms=700)

    assert pauses_ms(late.shape(acts(), msgspec.structs.replace(make_exchange(), chance=tail))) == [700]
    assert tail.drawn == 11


def test_uniform_delays_include_both_bounds() -> None:
    """Every whole millisecond between the bounds occurs."""
    late = faults.UniformDelay(lower_ms=2, upper_ms=4)

    assert {pauses_ms(late.shape(acts(), make_exchange(seed=seed)))[0] for seed in range(50)} == {2, 3, 4}


def test_bandwidth_sends_what_the_rate_allows() -> None:
    """Each slice of 100 ms follows a pause of its duration."""
    shaped = faults.Bandwidth(rate_kb_s=2).shape([Piece(b"h" * 50), Piece(b"b" * 450, is_body=True)], make_exchange())

    assert [len(piece) for piece in pieces(shaped)] == [50, 200, 200, 50]
    assert pauses_ms(shaped) == [25, 100, 100, 25]


def test_slicer_cuts_as_toxiproxy_does() -> None:
    """Pieces are halved until they are within the average and its variation; without variation always the same way."""
    shaped = faults.Slicer(average_bytes=10, variation_bytes=0, delay_us=700).shape([Piece(b"x" * 45)], make_exchange())

    assert [len(piece) for piece in pieces(shaped)] == [5, 6, 5, 6, 5, 6, 6, 6]
    assert pauses_ms(shaped) == [0.7] * 8


def test_slices_vary_and_lose_nothing() -> None:
    """No slice exceeds the average and its variation, and together they have the same bytes."""
    shaped = faults.Slicer(average_bytes=10, variation_bytes=4).shape(acts(BODY * 40), make_exchange(seed=5))

    assert b"".join(pieces(shaped)) == b"".join(pieces(acts(BODY * 40)))
    assert {len(piece) <= 14 for piece in pieces(shaped)} == {True}
    assert len({len(piece) for piece in pieces(shaped)}) > 3


def test_the_same_seed_slices_alike() -> None:
    """Another seed does not."""
    slicer = faults.Slicer(average_bytes=10, variation_bytes=4)

    assert slicer.shape(acts(), make_exchange(seed=1)) == slicer.shape(acts(), make_exchange(seed=1))
    assert slicer.shape(acts(), make_exchange(seed=1)) != slicer.shape(acts(), make_exchange(seed=2))


def test_pieces_that_are_small_enough_are_no_bite() -> None:
    """The acts are equal."""
    assert faults.Slicer(average_bytes=10_000).shape(acts(), make_exchange()) == acts()


def test_drip_sends_single_bytes_of_the_body() -> None:
    """A pause follows each byte."""
    shaped = faults.Drip(every_ms=50).shape(acts(b"abc"), make_exchange())

    assert pieces(shaped)[1:] == [b"a", b"b", b"c"]
    assert pauses_ms(shaped) == [50, 50, 50]


def test_drip_lasts_a_minute() -> None:
    """Then the rest of a long body is sent as one piece."""
    shaped = faults.Drip(every_ms=200).shape(acts(b"x" * 5000), make_exchange())

    assert sum(pauses_ms(shaped)) == 60_000
    assert len(pieces(shaped)[-1]) == 5000 - 300


def test_dribble_splits_the_body_as_wiremock_does() -> None:
    """The parts are equal with a pause before each, and the last has the odd bytes."""
    shaped = faults.Dribble(chunks=4, total_ms=1000).shape(acts(), make_exchange())

    assert [len(piece) for piece in pieces(shaped)[1:]] == [6, 6, 6, 8]
    assert pauses_ms(shaped) == [250, 250, 250, 250]
    assert shaped[1] == Pause(0.25)


def test_dribble_of_a_short_body_sends_single_bytes() -> None:
    """The bytes are sent over the same time."""
    shaped = faults.Dribble(chunks=100, total_ms=900).shape(acts(b"abc"), make_exchange())

    assert (pieces(shaped)[1:], pauses_ms(shaped)) == ([b"a", b"b", b"c"], [300, 300, 300])


def test_dribble_keeps_existing_cuts() -> None:
    """Bytes in separate pieces stay separate."""
    shaped = faults.Dribble(chunks=2, total_ms=10).shape(
        [Piece(HEAD), Piece(b"a", is_body=True), Piece(b"bcdef", is_body=True)], make_exchange()
    )

    assert pieces(shaped)[1:] == [b"a", b"bc", b"def"]
    assert shaped[1:2] + shaped[4:5] == [Pause(0.005), Pause(0.005)]


def test_an_empty_body_has_no_parts() -> None:
    """An empty body cannot be sent in parts."""
    assert faults.Dribble().shape(acts(b""), make_exchange()) == acts(b"")


def test_the_head_of_a_response_without_a_body_drips() -> None:
    """A revocation returns 204, and a client without a deadline for the whole call waits for that too."""
    shaped = faults.Drip(every_ms=50).shape(acts(b""), make_exchange())

    head = b"".join(pieces(acts(b"")))
    assert pieces(shaped) == [bytes([byte]) for byte in head]
    assert shaped[1::2] == [Pause(0.05)] * len(head)


LATE = [
    (faults.Latency(latency_ms=150), 0.15),
    (faults.Latency(latency_ms=150, stream="upstream"), 0.15),
    (faults.LognormalDelay(median_ms=150, sigma=0.01, max_ms=200), 0.13),
    (faults.UniformDelay(lower_ms=150, upper_ms=150), 0.15),
]


@pytest.mark.parametrize(("fault", "least_s"), LATE, ids=repr)
@pytest.mark.slow
def test_a_late_response_is_late_and_complete(fiskil: LocalFiskil, fault: faults.AnyFault, least_s: float) -> None:
    """The first byte arrives after the delay, and every byte is the usual one."""
    plain = receive(fiskil)

    late = receive(fiskil, fault)

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
def test_a_slow_response_arrives_in_pieces_and_complete(
    fiskil: LocalFiskil, fault: faults.AnyFault, least_s: float, arrivals: int
) -> None:
    """Its bytes arrive several times and over some time, and every byte is the usual one."""
    plain = receive(fiskil)

    slow = receive(fiskil, fault)

    assert slow.data == plain.data
    assert slow.arrivals >= arrivals > plain.arrivals
    assert slow.ended_s >= least_s


SENSELESS = [
    (faults.Latency(latency_ms=0), "latency_ms and jitter_ms together must be from 1 to 60000, got 0 and 0"),
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
    ("fault", "message"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_a_pace_that_changes_nothing_is_refused(fault: faults.AnyFault, message: str) -> None:
    """Arguments that break nothing are refused before any request."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
