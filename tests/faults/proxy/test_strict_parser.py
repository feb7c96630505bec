"""The strict parser: what the bytes of a response contain, and what is wrong with them."""

import pytest

from fiskil_harness.faults.proxy.strict_parser import parse_response

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 2\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
UNTOLD = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"

GOOD = [
    (HEAD + b"{}", b"{}"),
    (b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + HEAD + b"{}", b"{}"),
    (b"HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n" + HEAD + b"{}", b"{}"),
    (CHUNKED + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"{}"),
    (CHUNKED + b'2;a="b"\r\n{}\r\n0;c\r\nx-trailer: y\r\n\r\n', b"{}"),
    (CHUNKED + b"0\r\n\r\n", b""),
    (NO_CONTENT, b""),
    (UNTOLD + b"{}", b"{}"),
]


@pytest.mark.parametrize(("written", "body"), GOOD, ids=repr)
def test_a_valid_response_is_read_completely(written: bytes, body: bytes) -> None:
    """Interim heads, the framing of chunks and trailers are not part of the result."""
    received = parse_response(written, method="GET", is_closed=True)

    assert (received.flaw, received.body) == ("", body)


def test_status_and_headers_are_those_of_the_last_head() -> None:
    """Status and headers come from the last head, with names in lower case."""
    received = parse_response(b"HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n" + HEAD + b"{}", method="GET", is_closed=False)

    assert received.status == 200
    assert received.headers == ((b"content-type", b"application/json"), (b"content-length", b"2"))


def test_a_response_to_head_ends_with_its_head() -> None:
    """A response to HEAD ends with its head, whatever length it announces."""
    assert parse_response(HEAD, method="HEAD", is_closed=False).flaw == ""
    assert parse_response(HEAD + b"{}", method="HEAD", is_closed=False).flaw == "framing"


def test_no_byte_is_no_response() -> None:
    """Without any byte the flaw is ``response``."""
    assert parse_response(b"", method="GET", is_closed=True).flaw == "response"


@pytest.mark.parametrize("size", range(1, len(HEAD) + 2))
def test_a_response_that_stops_anywhere_has_no_end(size: int) -> None:
    """The flaw is ``end`` at every byte of head and body."""
    assert parse_response((HEAD + b"{}")[:size], method="GET", is_closed=True).flaw == "end"


@pytest.mark.parametrize("size", range(1, 25))
def test_chunks_that_stop_anywhere_have_no_end(size: int) -> None:
    """The flaw is ``end`` at every byte of a size, a chunk or a trailer."""
    body = b"2\r\n{}\r\n0\r\nx-trailer: y\r\n\r\n"

    assert parse_response(CHUNKED + body[:size], method="GET", is_closed=True).flaw == "end"


def test_without_a_length_only_the_close_is_the_end() -> None:
    """A connection that is silent, or was reset, may have had more bytes to send."""
    assert parse_response(UNTOLD + b"{}", method="GET", is_closed=False).flaw == "end"


BROKEN = [
    b"noise",
    b"\xff\xfe\r\n\r\n",
    HEAD.replace(b"\r\n", b"\n") + b"{}",
    HEAD.replace(b"HTTP/1.1", b"HTTP/2"),
    HEAD.replace(b"200", b"20x"),
    HEAD.replace(b"content-length: 2", b"content-length : 2") + b"{}",
    HEAD.replace(b"content-length: 2", b"no colon"),
    HEAD.replace(b"content-length: 2", b"content-length: +2") + b"{}",
    HEAD.replace(b"content-length: 2", b"content-length: 2\r\ncontent-length: 2") + b"{}",
    HEAD.replace(b"content-length: 2", b"content-length: 2\r\ntransfer-encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n",
    HEAD.replace(b"content-length: 2", b"transfer-encoding: gzip") + b"{}",
    HEAD + b"{}x",
    HEAD + b"{}" + HEAD + b"{}",
    NO_CONTENT + b"{}",
    CHUNKED + b"2\r\n{}\r\nxyz\r\n",
    CHUNKED + b"\xff\xff",
    CHUNKED + b"1\r\n{}\r\n0\r\n\r\n",
    CHUNKED + b"2\r\n{}\r\n0\r\n\r\nx",
    CHUNKED + b"2\r\n{}\r\n0\r\nno colon\r\n\r\n",
]


@pytest.mark.parametrize("written", BROKEN, ids=repr)
def test_malformed_http_is_reported(written: bytes) -> None:
    """Malformed HTTP is reported even if lenient clients accept it."""
    assert parse_response(written, method="GET", is_closed=True).flaw == "framing"
