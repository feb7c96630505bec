"""Faults of the head: as values, and what a socket and clients that differ see of them."""

import http.client
from contextlib import closing

import httpx
import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.errors import ConfigError
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import PATH, REPLY, ROUTE, acts, hear, pauses_ms, pieces, told

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload; as=style\r\n\r\n"


def test_continue_comes_again_and_again() -> None:
    """As often as fits, a pause after each, and then the answer."""
    shaped = faults.ContinueForever(every_ms=30, lasts_ms=100).shape(acts(), told())

    assert pieces(shaped) == [CONTINUE] * 3 + pieces(acts())
    assert pauses_ms(shaped) == [30, 30, 30]


def test_hints_come_before_the_answer() -> None:
    """Each with a head of its own."""
    assert pieces(faults.EarlyHints(count=2).shape(acts(), told())) == [HINTS, HINTS, *pieces(acts())]


def test_a_huge_header_is_of_its_size() -> None:
    """And the rest is as it was."""
    changed = faults.HugeHeader(size_bytes=5000).change_response(REPLY, told())

    assert changed.headers == (*REPLY.headers, (b"x-padding", b"x" * 5000))
    assert changed.body == REPLY.body


def test_many_headers_are_so_many_more() -> None:
    """Each of its own name."""
    changed = faults.ManyHeaders(count=3).change_response(REPLY, told())

    assert changed.headers[3:] == ((b"x-padding-1", b"x"), (b"x-padding-2", b"x"), (b"x-padding-3", b"x"))


def test_a_header_stands_twice() -> None:
    """With another value the second time."""
    changed = faults.DuplicateHeader().change_response(REPLY, told())

    assert changed.headers == (*REPLY.headers, (b"content-type", b"text/html"))


@pytest.mark.parametrize(
    "fault", [faults.DuplicateHeader(header="etag"), faults.DuplicateHeader(value="application/json")], ids=repr
)
def test_a_header_that_is_not_there_or_the_same_is_no_bite(fault: faults.AnyFault) -> None:
    """The same answer."""
    assert fault.change_response(REPLY, told()) is REPLY


BEFORE = [
    (faults.EarlyHints(count=3), HINTS * 3),
    (faults.ContinueForever(every_ms=20, lasts_ms=100), CONTINUE * 5),
]


@pytest.mark.parametrize(("fault", "before"), BEFORE, ids=repr)
def test_a_socket_reads_other_heads_first(fiskil: LocalFiskil, fault: faults.AnyFault, before: bytes) -> None:
    """And the answer as ever after them."""
    plain = hear(fiskil)

    assert hear(fiskil, fault).data == before + plain.data


@pytest.mark.slow
def test_continue_outlasts_a_limit_on_each_read(fiskil: LocalFiskil) -> None:
    """A head comes each 50 ms, so a client that limits each read alone reads on for the half second that they last."""
    elapsed_s = stopwatch()
    with fiskil.broken(ROUTE, faults.ContinueForever(every_ms=50, lasts_ms=500)):
        answer = httpx.get(fiskil.api_url + PATH, trust_env=False, timeout=30)

    assert answer.status_code == 200
    assert elapsed_s() >= 0.5


BULKY = [
    (faults.HugeHeader(size_bytes=5000), b"x-padding: " + b"x" * 5000 + b"\r\n"),
    (faults.ManyHeaders(count=2), b"x-padding-1: x\r\nx-padding-2: x\r\n"),
    (faults.DuplicateHeader(value="text/csv"), b"content-type: text/csv\r\n"),
]


@pytest.mark.parametrize(("fault", "added"), BULKY, ids=lambda value: getattr(value, "ids", ("",))[0])
def test_a_socket_reads_more_headers(fiskil: LocalFiskil, fault: faults.AnyFault, added: bytes) -> None:
    """These bytes more and no others."""
    plain = hear(fiskil)

    heard = hear(fiskil, fault)

    assert heard.data.replace(added, b"") == plain.data
    assert len(heard.data) == len(plain.data) + len(added)


def test_clients_refuse_too_much_head(fiskil: LocalFiskil) -> None:
    """One client refuses a header that is too large, the standard library too many of them."""
    host, port = fiskil.api_url.removeprefix("http://").split(":")
    with fiskil.broken(ROUTE, faults.HugeHeader()), pytest.raises(httpx.RemoteProtocolError):
        httpx.get(fiskil.api_url + PATH, trust_env=False)
    with (
        closing(http.client.HTTPConnection(host, int(port), timeout=30)) as client,
        fiskil.broken(ROUTE, faults.ManyHeaders()),
    ):
        client.request("GET", PATH)
        with pytest.raises(http.client.HTTPException, match="more than 100 headers"):
            client.getresponse()


SENSELESS = [
    (faults.ContinueForever(every_ms=0), "every_ms"),
    (faults.ContinueForever(every_ms=50, lasts_ms=40), "every_ms must be a whole number, from 1 to 40, got 50"),
    (faults.ContinueForever(lasts_ms=60_001), "lasts_ms"),
    (faults.EarlyHints(count=0), "count"),
    (faults.HugeHeader(size_bytes=10), "size_bytes"),
    (faults.ManyHeaders(count=0), "count"),
    (faults.DuplicateHeader(header="content-length"), "must not be 'content-length'. Use DuplicateContentLength"),
    (faults.DuplicateHeader(header="ETag"), "header must be a name in lower case and value printable ASCII, got 'ETag'"),
    (faults.DuplicateHeader(header="a b"), "header must be a name in lower case"),
    (faults.DuplicateHeader(value="a\r\nb"), "header must be a name in lower case"),
]


@pytest.mark.parametrize(
    ("fault", "words"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_a_usual_head_is_refused(fault: faults.AnyFault, words: str) -> None:
    """Before anything is asked."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
