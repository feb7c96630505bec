"""Ways to hand a message over: the bytes of each, and that only those of one kind may go wrong."""

import pytest

from fiskil_harness.errors import UnknownName
from fiskil_harness.webhooks.connection_script import End, HangUp, ReadResponse, Reset, Send
from fiskil_harness.webhooks.request_variants import REQUEST_VARIANTS, Kind, Letter, head, of_kinds, request_variant

BODY = b'{"message_id":"1"}'
LETTER = Letter(path="/hook", host="127.0.0.1:8000", body=BODY, signature="c2ln")


def said(name: str) -> bytes:
    """Every byte that is written, whenever."""
    return b"".join(move.data for move in REQUEST_VARIANTS[name].script(LETTER) if isinstance(move, Send))


def test_an_unknown_way_is_refused_with_the_nearest() -> None:
    """Names are typed by people."""
    with pytest.raises(UnknownName, match=r"Did you mean 'chunked'\?"):
        request_variant("chunkd")


@pytest.mark.parametrize("name", REQUEST_VARIANTS)
def test_every_way_has_a_sentence_and_an_end(name: str) -> None:
    """The last move is an answer or the end of the connection, and nothing is written for nothing."""
    script = REQUEST_VARIANTS[name].script(LETTER)

    assert REQUEST_VARIANTS[name].sentence
    assert isinstance(script[-1], ReadResponse | HangUp | Reset)
    assert said(name)


@pytest.mark.parametrize("name", [of_kind.name for of_kind in of_kinds(Kind.BROKEN)])
def test_what_is_broken_never_holds_the_whole_body(name: str) -> None:
    """So nobody can verify it."""
    assert BODY not in said(name)


@pytest.mark.parametrize("name", [of_kind.name for of_kind in of_kinds(Kind.PLAIN, Kind.SAFE, Kind.METHOD)])
def test_what_is_whole_is_a_request_with_the_signed_body(name: str) -> None:
    """Its length is true and its signature the right one."""
    first, _, body = said(name).partition(b"\r\n\r\n")

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
def test_each_way_is_what_it_says(name: str, words: bytes) -> None:
    """Byte for byte."""
    assert words in said(name)


def test_line_feeds_come_alone() -> None:
    """No carriage return is left."""
    assert b"\r" not in said("line_feeds")


def test_no_type_is_none() -> None:
    """The header is left out."""
    assert b"Content-Type" not in said("no_type")


def test_slices_are_small() -> None:
    """Each piece is written by itself."""
    pieces = [move.data for move in REQUEST_VARIANTS["sliced"].script(LETTER) if isinstance(move, Send)]

    assert {len(piece) for piece in pieces[:-1]} == {7}


def test_half_an_end_is_only_after_the_body() -> None:
    """What comes before it is whole."""
    first, second, third = REQUEST_VARIANTS["half_closed"].script(LETTER)

    assert first == Send(head(LETTER) + BODY)
    assert (second, third) == (End(), ReadResponse())


def test_a_kept_connection_is_not_said_to_close() -> None:
    """HTTP/1.1 keeps connections by itself."""
    assert b"Connection" not in said("kept_open")
    assert b"Connection: close" in said("charset")
