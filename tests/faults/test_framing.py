"""Faults of framing: as values to the byte, and what a socket and clients that differ see of them."""

import http.client
from contextlib import closing

import httpx
import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import End, Piece
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import BODY, HEAD, PATH, ROUTE, acts, hear, is_next_answer_good, lines, pieces, told

NO_LENGTH = HEAD.replace(b"content-length: 26\r\n", b"")


def announcing(*announced: bytes) -> bytes:
    """The head with these lines where its length was."""
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
def test_an_answer_is_framed_to_the_byte(fault: faults.AnyFault, written: bytes, is_closed: bool) -> None:
    """These bytes, and FIN after those that leave nobody knowing where the answer ends."""
    shaped = fault.shape(acts(), told())

    assert b"".join(pieces(shaped)) == written
    assert (End.CLOSE in shaped) == is_closed


@pytest.mark.parametrize(("fault", "written", "is_closed"), WRITTEN, ids=lambda value: getattr(value, "ids", ("",))[0])
def test_a_socket_reads_what_was_written(
    fiskil: LocalFiskil, fault: faults.AnyFault, written: bytes, is_closed: bool
) -> None:
    """The same bytes as the value says of the answer that the API gave, and the next answer is good."""
    plain = hear(fiskil)
    shaped = fault.shape([Piece(plain.head), Piece(plain.body, is_body=True)], told())

    heard = hear(fiskil, fault)

    assert (heard.data, heard.end) == (b"".join(pieces(shaped)), "closed")
    assert is_next_answer_good(fiskil)


NO_BODY = [fault for fault, _, _ in WRITTEN if type(fault) not in {faults.BareLineFeeds, faults.SecondResponse}]


@pytest.mark.parametrize("fault", NO_BODY, ids=lambda value: value.ids[0])
def test_an_answer_without_a_body_is_no_bite(fault: faults.AnyFault) -> None:
    """Equal acts."""
    assert fault.shape(acts(b""), told()) == acts(b"")


def test_a_body_shorter_than_what_would_be_missing_is_no_bite() -> None:
    """Equal acts."""
    assert faults.LengthTooShort(missing_bytes=26).shape(acts(), told()) == acts()
    assert faults.TruncatedWithoutLength(after_bytes=26).shape(acts(), told()) == acts()


def test_a_head_request_gets_a_body(fiskil: LocalFiskil) -> None:
    """So many bytes after a head that ends the answer, then FIN."""
    plain = hear(fiskil, method="HEAD")

    heard = hear(fiskil, faults.BodyAfterHead(size_bytes=5), route="*", method="HEAD")

    assert (plain.body, heard.data, heard.end) == (b"", plain.data + b"xxxxx", "closed")


def test_another_method_s_answer_has_its_body_anyway() -> None:
    """Equal acts."""
    assert faults.BodyAfterHead().shape(acts(), told()) == acts()


def test_after_an_end_there_is_no_second_answer() -> None:
    """Equal acts, where the connection has ended before."""
    assert faults.SecondResponse().shape([*acts(), End.CLOSE], told()) == [*acts(), End.CLOSE]


@pytest.mark.slow
def test_the_connection_stays_open_after_a_second_answer(fiskil: LocalFiskil) -> None:
    """Who keeps it finds there, before a next question, an answer that nobody asked for."""
    plain = hear(fiskil, is_kept=True, patience_s=0.5, least_bytes=len(hear(fiskil).body))

    heard = hear(fiskil, faults.SecondResponse(), is_kept=True, patience_s=0.5, least_bytes=len(plain.data + SECOND))

    assert (heard.data, heard.end) == (plain.data + SECOND, "silent")


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
    """That the answer is no HTTP, or not all of it."""
    with fiskil.broken(ROUTE, fault), pytest.raises(kind):
        httpx.get(fiskil.api_url + PATH, trust_env=False)


SILENT = [faults.LengthTooShort(), faults.TruncatedWithoutLength()]


@pytest.mark.parametrize("fault", SILENT, ids=lambda value: value.ids[0])
def test_only_the_json_tells(fiskil: LocalFiskil, fault: faults.AnyFault) -> None:
    """A client takes the part for the whole, with status 200."""
    with fiskil.broken(ROUTE, fault):
        answer = httpx.get(fiskil.api_url + PATH, trust_env=False)

    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()


LAWFUL = [faults.ChunkExtension(), faults.Trailers()]


@pytest.mark.parametrize("fault", LAWFUL, ids=lambda value: value.ids[0])
def test_what_is_lawful_is_read(fiskil: LocalFiskil, fault: faults.AnyFault) -> None:
    """A client that knows HTTP gets the same answer."""
    plain = hear(fiskil)

    with fiskil.broken(ROUTE, fault):
        answer = httpx.get(fiskil.api_url + PATH, trust_env=False)

    assert (answer.status_code, answer.content) == (200, plain.body)


def test_http_client_takes_the_first_of_two_lengths(fiskil: LocalFiskil) -> None:
    """Where httpx refuses, the standard library reads on."""
    host, port = fiskil.api_url.removeprefix("http://").split(":")
    with (
        closing(http.client.HTTPConnection(host, int(port), timeout=30)) as client,
        fiskil.broken(ROUTE, faults.DuplicateContentLength()),
    ):
        client.request("GET", PATH)
        answer = client.getresponse()

        assert (answer.status, msgspec.json.decode(answer.read())[0]["id"] != "") == (200, True)


def test_lines_keep_their_order() -> None:
    """Whatever is put in place of the length comes last."""
    assert lines(faults.Trailers().shape(acts(), told()))[1:3] == [
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
    ("fault", "words"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_a_frame_that_is_right_is_refused(fault: faults.AnyFault, words: str) -> None:
    """Before anything is asked."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
