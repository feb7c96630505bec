"""Faults that damage bytes: as values to the bit, and what a socket sees of them."""

import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import End, Pause, Piece
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import BODY, HEAD, acts, hear, is_next_answer_good, lines, pieces, told


def flipped(before: bytes, after: bytes) -> int:
    """How many bits differ."""
    return sum((number ^ other).bit_count() for number, other in zip(before, after, strict=True))


@pytest.mark.parametrize("bits", [1, 2, 7])
def test_corrupt_flips_so_many_bits_of_the_body(bits: int) -> None:
    """And leaves the head alone."""
    head, body = pieces(faults.Corrupt(bits=bits).shape(acts(), told(seed=3)))

    assert (head, flipped(BODY, body)) == (HEAD, bits)


def test_corrupt_flips_bits_of_the_head() -> None:
    """And leaves the body alone."""
    head, body = pieces(faults.Corrupt(bits=3, part="head").shape(acts(), told(seed=3)))

    assert (flipped(HEAD, head), body) == (3, BODY)


def test_corrupt_flips_across_pieces() -> None:
    """Every bit of a body in pieces can be one of them."""
    sliced = [Piece(HEAD), Piece(b"ab", is_body=True), Pause(1), Piece(b"c", is_body=True)]

    shaped = faults.Corrupt(bits=10_000).shape(sliced, told())

    assert shaped == [Piece(HEAD), Piece(b"\x9e\x9d", is_body=True), Pause(1), Piece(b"\x9c", is_body=True)]


def test_corrupt_of_an_empty_body_is_no_bite() -> None:
    """There is no bit to flip."""
    assert faults.Corrupt().shape(acts(b""), told()) == acts(b"")


def test_the_same_chance_flips_the_same_bits() -> None:
    """And another one others."""
    assert faults.Corrupt().shape(acts(), told(seed=1)) == faults.Corrupt().shape(acts(), told(seed=1))
    assert faults.Corrupt().shape(acts(), told(seed=1)) != faults.Corrupt().shape(acts(), told(seed=2))


def test_a_socket_reads_the_flipped_bit(fiskil: LocalFiskil) -> None:
    """One bit, the same in each answer to the same bite, and nothing else."""
    plain = hear(fiskil)

    heard = hear(fiskil, faults.Corrupt())

    assert (heard.head, flipped(plain.body, heard.body)) == (plain.head, 1)
    assert hear(fiskil, faults.Corrupt()).data == heard.data


def test_chunk_loss_takes_whole_chunks() -> None:
    """What is left is in order, and the connection stays open for what will not come."""
    shaped = faults.ChunkLoss(loss_percent=50, chunk_bytes=13).shape(acts(BODY * 10)[1:], told(seed=1))

    assert shaped[-1] is End.STALL
    assert {piece in (BODY[:13], BODY[13:]) for piece in pieces(shaped)} == {True}
    assert 4 < len(pieces(shaped)) < 16


def test_a_loss_makes_the_next_more_likely() -> None:
    """By the extra: after a first loss all is lost."""
    shaped = faults.ChunkLoss(loss_percent=20, extra_percent=80, chunk_bytes=1).shape(acts()[1:], told(seed=2))

    kept = b"".join(pieces(shaped))
    assert 0 < len(kept) < len(BODY)
    assert BODY.startswith(kept)


def test_no_loss_is_no_bite() -> None:
    """Equal acts, where chance took nothing."""
    assert faults.ChunkLoss(loss_percent=1).shape(acts(), told(seed=1)) == acts()


@pytest.mark.slow
def test_a_client_waits_for_what_was_lost(fiskil: LocalFiskil) -> None:
    """Fewer bytes than there were, and silence."""
    plain = hear(fiskil)

    heard = hear(fiskil, faults.ChunkLoss(loss_percent=50, chunk_bytes=100), patience_s=1)

    assert heard.end == "silent"
    assert 0 < len(heard.data) < len(plain.data)


def test_garbage_comes_instead_of_an_answer(fiskil: LocalFiskil) -> None:
    """Noise of its size, the same for the same bite, then FIN; the next answer is good."""
    heard = hear(fiskil, faults.Garbage(size_bytes=100))

    assert (len(heard.data), heard.data[:1], heard.end) == (100, b"\xff", "closed")
    assert hear(fiskil, faults.Garbage(size_bytes=100)).data == heard.data
    assert is_next_answer_good(fiskil)


def test_garbage_comes_after_a_good_head(fiskil: LocalFiskil) -> None:
    """A head that promises chunks, then noise, then FIN."""
    heard = hear(fiskil, faults.GarbageAfterHead(size_bytes=40))

    assert heard.head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"transfer-encoding: chunked" in heard.head
    assert (len(heard.body), heard.body[:1], heard.end) == (40, b"\xff", "closed")


def test_garbage_after_a_head_announces_no_length() -> None:
    """A client that trusted one would wait for the rest of it."""
    shaped = faults.GarbageAfterHead().shape(acts(), told())

    assert lines(shaped) == [
        b"HTTP/1.1 200 OK",
        b"x-fiskil-version: v3",
        b"content-type: application/json",
        b"transfer-encoding: chunked",
    ]
    assert shaped[-1] is End.CLOSE


def test_an_answer_without_a_body_has_no_place_for_garbage_after_its_head() -> None:
    """Equal acts."""
    assert faults.GarbageAfterHead().shape(acts(b""), told()) == acts(b"")


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
    ("fault", "words"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_damage_that_is_none_is_refused(fault: faults.AnyFault, words: str) -> None:
    """Before anything is asked."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
