"""Head faults: as values, and as a socket and different clients receive them."""

import http.client
from contextlib import closing

import httpx
import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.errors import ConfigError
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import PATH, REPLY, ROUTE, acts, make_exchange, pauses_ms, pieces, receive

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload; as=style\r\n\r\n"


def test_continue_is_repeated() -> None:
    """It is repeated as often as fits, with a pause after each, and then the response follows."""
    shaped = faults.ContinueForever(every_ms=30, lasts_ms=100).shape(acts(), make_exchange())

    assert pieces(shaped) == [CONTINUE] * 3 + pieces(acts())
    assert pauses_ms(shaped) == [30, 30, 30]


def test_hints_precede_the_response() -> None:
    """Each hint has its own head."""
    assert pieces(faults.EarlyHints(count=2).shape(acts(), make_exchange())) == [HINTS, HINTS, *pieces(acts())]


def test_a_huge_header_has_its_size() -> None:
    """The rest stays as it was."""
    changed = faults.HugeHeader(size_bytes=5000).change_response(REPLY, make_exchange())

    assert changed.headers == (*REPLY.headers, (b"x-padding", b"x" * 5000))
    assert changed.body == REPLY.body


def test_many_headers_adds_the_count() -> None:
    """Each header has another name."""
    changed = faults.ManyHeaders(count=3).change_response(REPLY, make_exchange())

    assert changed.headers[3:] == ((b"x-padding-1", b"x"), (b"x-padding-2", b"x"), (b"x-padding-3", b"x"))


def test_a_header_occurs_twice() -> None:
    """It has another value the second time."""
    changed = faults.DuplicateHeader().change_response(REPLY, make_exchange())

    assert changed.headers == (*REPLY.headers, (b"content-type", b"text/html"))


@pytest.mark.parametrize(
    "fault", [faults.DuplicateHeader(header="etag"), faults.DuplicateHeader(value="application/json")], ids=repr
)
def test_a_missing_or_equal_header_is_no_bite(fault: faults.AnyFault) -> None:
    """The response stays the same."""
    assert fault.change_response(REPLY, make_exchange()) is REPLY


BEFORE = [
    (faults.EarlyHints(count=3), HINTS * 3),
    (faults.ContinueForever(every_ms=20, lasts_ms=100), CONTINUE * 5),
]


@pytest.mark.parametrize(("fault", "before"), BEFORE, ids=repr)
def test_a_socket_reads_other_heads_first(fiskil: LocalFiskil, fault: faults.AnyFault, before: bytes) -> None:
    """The usual response follows them."""
    plain = receive(fiskil)

    assert receive(fiskil, fault).data == before + plain.data


@pytest.mark.slow
def test_continue_outlasts_a_read_timeout(fiskil: LocalFiskil) -> None:
    """A head arrives every 50 ms, so a client with only a read timeout waits for the whole half second."""
    elapsed_s = stopwatch()
    with fiskil.broken(ROUTE, faults.ContinueForever(every_ms=50, lasts_ms=500)):
        response = httpx.get(fiskil.api_url + PATH, trust_env=False, timeout=30)

    assert response.status_code == 200
    assert elapsed_s() >= 0.5


BULKY = [
    (faults.HugeHeader(size_bytes=5000), b"x-padding: " + b"x" * 5000 + b"\r\n"),
    (faults.ManyHeaders(count=2), b"x-padding-1: x\r\nx-padding-2: x\r\n"),
    (faults.DuplicateHeader(value="text/csv"), b"content-type: text/csv\r\n"),
]


@pytest.mark.parametrize(("fault", "added"), BULKY, ids=lambda value: getattr(value, "ids", ("",))[0])
def test_a_socket_reads_more_headers(fiskil: LocalFiskil, fault: faults.AnyFault, added: bytes) -> None:
    """Exactly these bytes are added."""
    plain = receive(fiskil)

    received = receive(fiskil, fault)

    assert received.data.replace(added, b"") == plain.data
    assert len(received.data) == len(plain.data) + len(added)


def test_clients_refuse_large_heads(fiskil: LocalFiskil) -> None:
    """Httpx refuses a header that is too large, the standard library too many headers."""
    host, port = fiskil.api_url.removeprefix("http://").split(":")
    with fiskil.broken(ROUTE, faults.HugeHeader()), pytest.raises(httpx.RemoteProtocolError):
        httpx.get(fiskil.api_url + PATH, trust_env=False, timeout=30)
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
    ("fault", "message"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_a_usual_head_is_refused_as_a_fault(fault: faults.AnyFault, message: str) -> None:
    """Arguments that break nothing are refused before any request."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
