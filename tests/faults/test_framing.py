"""Framing faults: as values to the byte, and as a socket and different clients receive them."""

import http.client
from contextlib import closing

import httpx
import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import End, Piece
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import BODY, HEAD, PATH, ROUTE, acts, is_next_response_good, lines, make_exchange, pieces, receive

NO_LENGTH = HEAD.replace(b"content-length: 26\r\n", b"")


def announcing(*announced: bytes) -> bytes:
    """Return the head with these lines in place of its length."""
    return NO_LENGTH.removesuffix(b"\r\n") + b"".join(line + b"\r\n" for line in announced) + b"\r\n"


CHUNKED = b"transfer-encoding: chunked"
CHUNK = b"1a\r\n" + BODY + b"\r\n"
SECOND = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"

WRITTEN = [
    (faults.LengthTooLong(), announcing(b"content-length: 36") + BODY, True),
    (faults.LengthTooShort(), announcing(b"content-length: 16") + BODY, True),
    (faults.DuplicateContentLength(), announcing(b"content-length: 26", b"content-length: 27") + BODY, True),
    (faults.LengthAndChunks(), HEAD[:-2] + CHUNKED + b"\r\n\r\n" + CHUNK + b"0\r\n\r\n", True),
    (faults.TruncatedWithoutLength(after_bytes=5), announcing(b"connection: close") + BODY[:5], True),
    (faults.ChunksWithoutEnd(), announcing(CHUNKED) + CHUNK, True),
    (faults.BadChunkSize(), announcing(CHUNKED) + CHUNK + b"xyz\r\n", True),
    (
        faults.ChunkExtension(size_bytes=5),
        announcing(CHUNKED) + CHUNK.replace(b"1a", b"1a;e=xx") + b"0;e=xx\r\n\r\n",
        False,
    ),
    (
        faults.Trailers(),
        announcing(CHUNKED) + CHUNK + b"0\r\nx-trailer-1: after the body\r\nx-trailer-2: after the body\r\n\r\n",
        False,
    ),
    (faults.BodyAfterNoContent(), HEAD.replace(b"200 OK", b"204 No Content") + BODY, True),
    (faults.BareLineFeeds(), HEAD.replace(b"\r\n", b"\n") + BODY, False),
    (faults.SecondResponse(), HEAD + BODY + SECOND, False),
]


@pytest.mark.parametrize(("fault", "written", "is_closed"), WRITTEN, ids=lambda value: getattr(value, "ids", ("",))[0])
def test_a_response_is_framed_to_the_byte(fault: faults.AnyFault, written: bytes, is_closed: bool) -> None:
    """These bytes are written, and FIN follows if the end of the response is unclear."""
    shaped = fault.shape(acts(), make_exchange())

    assert b"".join(pieces(shaped)) == written
    assert (End.CLOSE in shaped) == is_closed


@pytest.mark.parametrize(("fault", "written", "is_closed"), WRITTEN, ids=lambda value: getattr(value, "ids", ("",))[0])
def test_a_socket_reads_what_was_written(
    fiskil: LocalFiskil, fault: faults.AnyFault, written: bytes, is_closed: bool
) -> None:
    """A socket reads the same bytes as in the value, and the next response is valid."""
    plain = receive(fiskil)
    shaped = fault.shape([Piece(plain.head), Piece(plain.body, is_body=True)], make_exchange())

    received = receive(fiskil, fault)

    assert (received.data, received.end) == (b"".join(pieces(shaped)), "closed")
    assert is_next_response_good(fiskil)


NO_BODY = [fault for fault, _, _ in WRITTEN if type(fault) not in {faults.BareLineFeeds, faults.SecondResponse}]


@pytest.mark.parametrize("fault", NO_BODY, ids=lambda value: value.ids[0])
def test_a_response_without_a_body_is_no_bite(fault: faults.AnyFault) -> None:
    """The acts are equal."""
    assert fault.shape(acts(b""), make_exchange()) == acts(b"")


def test_a_body_shorter_than_what_would_be_missing_is_no_bite() -> None:
    """The acts are equal."""
    assert faults.LengthTooShort(missing_bytes=26).shape(acts(), make_exchange()) == acts()
    assert faults.TruncatedWithoutLength(after_bytes=26).shape(acts(), make_exchange()) == acts()


def test_a_head_request_gets_a_body(fiskil: LocalFiskil) -> None:
    """The body follows a head that ends the response, then FIN."""
    plain = receive(fiskil, method="HEAD")

    received = receive(fiskil, faults.BodyAfterHead(size_bytes=5), route="*", method="HEAD")

    assert (plain.body, received.data, received.end) == (b"", plain.data + b"xxxxx", "closed")


def test_responses_to_other_methods_are_spared() -> None:
    """The acts are equal."""
    assert faults.BodyAfterHead().shape(acts(), make_exchange()) == acts()


def test_after_an_end_there_is_no_second_response() -> None:
    """The acts are equal if the connection has ended before."""
    assert faults.SecondResponse().shape([*acts(), End.CLOSE], make_exchange()) == [*acts(), End.CLOSE]


@pytest.mark.slow
def test_the_connection_stays_open_after_a_second_response(fiskil: LocalFiskil) -> None:
    """A client that keeps the connection finds an unrequested response on it before its next request."""
    plain = receive(fiskil, is_kept=True, patience_s=0.5, least_bytes=len(receive(fiskil).body))

    received = receive(fiskil, faults.SecondResponse(), is_kept=True, patience_s=0.5, least_bytes=len(plain.data + SECOND))

    assert (received.data, received.end) == (plain.data + SECOND, "silent")


FELT_BY_HTTPX = [
    (faults.LengthTooLong(), httpx.RemoteProtocolError),
    (faults.DuplicateContentLength(), httpx.RemoteProtocolError),
    (faults.ChunksWithoutEnd(), httpx.RemoteProtocolError),
    (faults.BadChunkSize(), httpx.RemoteProtocolError),
    (faults.Garbage(), httpx.RemoteProtocolError),
    (faults.GarbageAfterHead(), httpx.RemoteProtocolError),
]


@pytest.mark.parametrize(("fault", "kind"), FELT_BY_HTTPX, ids=lambda value: getattr(value, "ids", ("",))[0])
def test_httpx_notices(fiskil: LocalFiskil, fault: faults.AnyFault, kind: type[Exception]) -> None:
    """Httpx reports invalid HTTP, or an incomplete response."""
    with fiskil.broken(ROUTE, fault), pytest.raises(kind):
        httpx.get(fiskil.api_url + PATH, trust_env=False, timeout=30)


SILENT = [faults.LengthTooShort(), faults.TruncatedWithoutLength()]


@pytest.mark.parametrize("fault", SILENT, ids=lambda value: value.ids[0])
def test_only_the_json_shows_the_truncation(fiskil: LocalFiskil, fault: faults.AnyFault) -> None:
    """The client takes the part for the whole, with status 200."""
    with fiskil.broken(ROUTE, fault):
        response = httpx.get(fiskil.api_url + PATH, trust_env=False, timeout=30)

    assert response.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        response.json()


LAWFUL = [faults.ChunkExtension(), faults.Trailers()]


@pytest.mark.parametrize("fault", LAWFUL, ids=lambda value: value.ids[0])
def test_a_valid_response_is_read(fiskil: LocalFiskil, fault: faults.AnyFault) -> None:
    """A client that implements HTTP gets the same response."""
    plain = receive(fiskil)

    with fiskil.broken(ROUTE, fault):
        response = httpx.get(fiskil.api_url + PATH, trust_env=False, timeout=30)

    assert (response.status_code, response.content) == (200, plain.body)


def test_http_client_takes_the_first_of_two_lengths(fiskil: LocalFiskil) -> None:
    """Httpx refuses two lengths, the standard library uses the first."""
    host, port = fiskil.api_url.removeprefix("http://").split(":")
    with (
        closing(http.client.HTTPConnection(host, int(port), timeout=30)) as client,
        fiskil.broken(ROUTE, faults.DuplicateContentLength()),
    ):
        client.request("GET", PATH)
        response = client.getresponse()

        assert (response.status, msgspec.json.decode(response.read())[0]["id"] != "") == (200, True)


def test_lines_keep_their_order() -> None:
    """The lines that replace the length come last."""
    assert lines(faults.Trailers().shape(acts(), make_exchange()))[1:3] == [
        b"x-fiskil-version: v3",
        b"content-type: application/json",
    ]


SENSELESS = [
    (faults.LengthTooLong(extra_bytes=0), "extra_bytes must be a whole number, at least 1, got 0"),
    (faults.LengthTooShort(missing_bytes=0), "missing_bytes"),
    (faults.DuplicateContentLength(extra_bytes=0), "extra_bytes"),
    (faults.TruncatedWithoutLength(after_bytes=-1), "after_bytes"),
    (faults.ChunkExtension(size_bytes=3), "size_bytes"),
    (faults.Trailers(count=0), "count"),
    (faults.BodyAfterHead(size_bytes=0), "size_bytes"),
]


@pytest.mark.parametrize(
    ("fault", "message"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_framing_that_breaks_nothing_is_refused(fault: faults.AnyFault, message: str) -> None:
    """Arguments that break nothing are refused before any request."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
