"""Variants of the delivery request: the bytes of each, and that only those of one kind may fail."""

import pytest

from fiskil_harness.errors import UnknownName
from fiskil_harness.webhooks.connection_script import End, HangUp, ReadResponse, Reset, Send
from fiskil_harness.webhooks.request_variants import REQUEST_VARIANTS, Kind, SignedRequest, head, of_kinds, request_variant

BODY = b'{"message_id":"1"}'
LETTER = SignedRequest(path="/hook", host="127.0.0.1:8000", body=BODY, signature="c2ln")


def written_bytes(name: str) -> bytes:
    """Return every byte that the script writes."""
    return b"".join(move.data for move in REQUEST_VARIANTS[name].script(LETTER) if isinstance(move, Send))


def test_an_unknown_variant_is_refused_with_the_nearest_name() -> None:
    """The error for an unknown name contains the nearest known name."""
    with pytest.raises(UnknownName, match=r"Did you mean 'chunked'\?"):
        request_variant("chunkd")


@pytest.mark.parametrize("name", REQUEST_VARIANTS)
def test_every_variant_has_a_sentence_and_an_end(name: str) -> None:
    """The last move reads a response or ends the connection, and some bytes are written."""
    script = REQUEST_VARIANTS[name].script(LETTER)

    assert REQUEST_VARIANTS[name].sentence
    assert isinstance(script[-1], ReadResponse | HangUp | Reset)
    assert written_bytes(name)


@pytest.mark.parametrize("name", [variant.name for variant in of_kinds(Kind.BROKEN)])
def test_broken_requests_never_contain_the_whole_body(name: str) -> None:
    """Broken requests cannot be verified, because the body is incomplete."""
    assert BODY not in written_bytes(name)


@pytest.mark.parametrize("name", [variant.name for variant in of_kinds(Kind.PLAIN, Kind.SAFE, Kind.METHOD)])
def test_complete_requests_contain_the_signed_body(name: str) -> None:
    """Complete requests have the right length and signature."""
    first, _, body = written_bytes(name).partition(b"\r\n\r\n")

    assert body == BODY
    assert b"content-length: %d" % len(BODY) in first.lower()
    assert b"x-fiskil-signature: c2ln" in first.lower()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lower_case_header", b"\r\nx-fiskil-signature: c2ln\r\n"),
        ("upper_case_header", b"\r\nX-FISKIL-SIGNATURE: c2ln\r\n"),
        ("mixed_case_header", b"\r\nx-fIsKiL-SiGnAtUrE: c2ln\r\n"),
        ("charset", b"\r\nContent-Type: application/json; charset=utf-8\r\n"),
        ("http_1_0", b"POST /hook HTTP/1.0\r\n"),
        ("absolute_target", b"POST http://127.0.0.1:8000/hook HTTP/1.1\r\n"),
        ("chunked", b'\r\n\r\n9\r\n{"message\r\n9\r\n_id":"1"}\r\n0\r\n\r\n'),
        ("chunk_extensions", b'9;name=value\r\n{"message\r\n'),
        ("trailers", b"0\r\nX-Checksum: 1\r\n\r\n"),
        ("expect_waiting", b"Expect: 100-continue\r\n"),
        ("folded_header", b"X-Fiskil-Signature:\r\n c2ln\r\n"),
        ("length_too_long", b"Content-Length: 25\r\n"),
        ("length_too_short", b"Content-Length: 11\r\n"),
        ("duplicate_content_length", b"Content-Length: 25\r\n\r\n"),
        ("right_then_wrong", b"Signature: c2ln\r\nX-Fiskil-Signature: AAAA"),
        ("get", b"GET /hook HTTP/1.1\r\n"),
        ("delete", b"DELETE /hook HTTP/1.1\r\n"),
    ],
)
def test_each_variant_contains_its_bytes(name: str, words: bytes) -> None:
    """Each variant contains its characteristic bytes."""
    assert words in written_bytes(name)


def test_line_feeds_have_no_carriage_returns() -> None:
    """No carriage return is left."""
    assert b"\r" not in written_bytes("line_feeds")


def test_no_type_has_no_content_type_header() -> None:
    """The Content-Type header is left out."""
    assert b"Content-Type" not in written_bytes("no_type")


def test_slices_are_small() -> None:
    """Each piece of seven bytes is written separately."""
    pieces = [move.data for move in REQUEST_VARIANTS["sliced"].script(LETTER) if isinstance(move, Send)]

    assert {len(piece) for piece in pieces[:-1]} == {7}


def test_the_connection_is_half_closed_after_the_body() -> None:
    """The whole request is sent before the connection is half closed."""
    first, second, third = REQUEST_VARIANTS["half_closed"].script(LETTER)

    assert first == Send(head(LETTER) + BODY)
    assert (second, third) == (End(), ReadResponse())


def test_a_kept_connection_has_no_connection_header() -> None:
    """HTTP/1.1 keeps connections by default, so a kept one has no Connection header."""
    assert b"Connection" not in written_bytes("kept_open")
    assert b"Connection: close" in written_bytes("charset")
