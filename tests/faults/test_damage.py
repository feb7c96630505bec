"""Faults that damage bytes: as values to the bit, and as a socket receives them."""

import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import End, Pause, Piece
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import BODY, HEAD, acts, is_next_response_good, lines, make_exchange, pieces, receive


def count_flipped_bits(before: bytes, after: bytes) -> int:
    """Return the number of different bits."""
    return sum((number ^ changed).bit_count() for number, changed in zip(before, after, strict=True))


@pytest.mark.parametrize("bits", [1, 2, 7])
def test_corrupt_flips_bits_of_the_body(bits: int) -> None:
    """The head stays as it was."""
    head, body = pieces(faults.Corrupt(bits=bits).shape(acts(), make_exchange(seed=3)))

    assert (head, count_flipped_bits(BODY, body)) == (HEAD, bits)


def test_corrupt_flips_bits_of_the_head() -> None:
    """The body stays as it was."""
    head, body = pieces(faults.Corrupt(bits=3, part="head").shape(acts(), make_exchange(seed=3)))

    assert (count_flipped_bits(HEAD, head), body) == (3, BODY)


def test_corrupt_flips_across_pieces() -> None:
    """Every bit of a body in several pieces can be count_flipped_bits."""
    sliced = [Piece(HEAD), Piece(b"ab", is_body=True), Pause(1), Piece(b"c", is_body=True)]

    shaped = faults.Corrupt(bits=10_000).shape(sliced, make_exchange())

    assert shaped == [Piece(HEAD), Piece(b"\x9e\x9d", is_body=True), Pause(1), Piece(b"\x9c", is_body=True)]


def test_corrupt_of_an_empty_body_is_no_bite() -> None:
    """An empty body has no bit to flip."""
    assert faults.Corrupt().shape(acts(b""), make_exchange()) == acts(b"")


def test_the_same_chance_flips_the_same_bits() -> None:
    """Another seed flips other bits."""
    assert faults.Corrupt().shape(acts(), make_exchange(seed=1)) == faults.Corrupt().shape(acts(), make_exchange(seed=1))
    assert faults.Corrupt().shape(acts(), make_exchange(seed=1)) != faults.Corrupt().shape(acts(), make_exchange(seed=2))


def test_a_socket_reads_the_flipped_bit(fiskil: LocalFiskil) -> None:
    """One bit is count_flipped_bits, the same for the same bite, and nothing else."""
    plain = receive(fiskil)

    received = receive(fiskil, faults.Corrupt())

    assert (received.head, count_flipped_bits(plain.body, received.body)) == (plain.head, 1)
    assert receive(fiskil, faults.Corrupt()).data == received.data


def test_chunk_loss_removes_whole_chunks() -> None:
    """The other chunks are in order, and the connection stays open for the missing ones."""
    shaped = faults.ChunkLoss(loss_percent=50, chunk_bytes=13).shape(acts(BODY * 10)[1:], make_exchange(seed=1))

    assert shaped[-1] is End.STALL
    assert {piece in (BODY[:13], BODY[13:]) for piece in pieces(shaped)} == {True}
    assert 4 < len(pieces(shaped)) < 16


def test_a_loss_makes_the_next_more_likely() -> None:
    """With the extra percentage everything after a first loss is lost."""
    shaped = faults.ChunkLoss(loss_percent=20, extra_percent=80, chunk_bytes=1).shape(acts()[1:], make_exchange(seed=2))

    remaining = b"".join(pieces(shaped))
    assert 0 < len(remaining) < len(BODY)
    assert BODY.startswith(remaining)


def test_no_loss_is_no_bite() -> None:
    """Without a loss the acts are equal."""
    assert faults.ChunkLoss(loss_percent=1).shape(acts(), make_exchange(seed=1)) == acts()


@pytest.mark.slow
def test_a_client_waits_for_lost_bytes(fiskil: LocalFiskil) -> None:
    """The client gets fewer bytes than announced, and then silence."""
    plain = receive(fiskil)

    received = receive(fiskil, faults.ChunkLoss(loss_percent=50, chunk_bytes=100), patience_s=1)

    assert received.end == "silent"
    assert 0 < len(received.data) < len(plain.data)


def test_garbage_replaces_a_response(fiskil: LocalFiskil) -> None:
    """Random bytes of the given size arrive, the same for the same bite, then FIN; the next response is valid."""
    received = receive(fiskil, faults.Garbage(size_bytes=100))

    assert (len(received.data), received.data[:1], received.end) == (100, b"\xff", "closed")
    assert receive(fiskil, faults.Garbage(size_bytes=100)).data == received.data
    assert is_next_response_good(fiskil)


def test_garbage_follows_a_valid_head(fiskil: LocalFiskil) -> None:
    """A head announces chunks, then random bytes arrive, then FIN."""
    received = receive(fiskil, faults.GarbageAfterHead(size_bytes=40))

    assert received.head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"transfer-encoding: chunked" in received.head
    assert (len(received.body), received.body[:1], received.end) == (40, b"\xff", "closed")


def test_garbage_after_a_head_announces_no_length() -> None:
    """With a length a client would wait for the rest of it."""
    shaped = faults.GarbageAfterHead().shape(acts(), make_exchange())

    assert lines(shaped) == [
        b"HTTP/1.1 200 OK",
        b"x-fiskil-version: v3",
        b"content-type: application/json",
        b"transfer-encoding: chunked",
    ]
    assert shaped[-1] is End.CLOSE


def test_a_response_without_a_body_gets_no_garbage() -> None:
    """The acts are equal."""
    assert faults.GarbageAfterHead().shape(acts(b""), make_exchange()) == acts(b"")


SENSELESS = [
    (faults.ChunkLoss(loss_percent=0), "loss_percent must be a whole number, from 1 to 100, got 0"),
    (faults.ChunkLoss(loss_percent=60, extra_percent=50), "extra_percent must be a whole number, from 0 to 40, got 50"),
    (faults.ChunkLoss(chunk_bytes=0), "chunk_bytes"),
    (faults.Corrupt(bits=0), "bits"),
    (faults.Corrupt(part="tail"), "part must be 'head' or 'body', got 'tail'"),
    (faults.Garbage(size_bytes=0), "size_bytes"),
    (faults.GarbageAfterHead(size_bytes=0), "size_bytes"),
]


@pytest.mark.parametrize(
    ("fault", "message"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_damage_that_breaks_nothing_is_refused(fault: faults.AnyFault, message: str) -> None:
    """Arguments that break nothing are refused before any request."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
