"""A request on its way through a relay: its properties, and the bytes that are sent to the hosted API for it."""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote

import httptools
from msgspec import Struct

from fiskil_harness.core.net.uvicorn_protocol import LONGEST_REMEMBERED, HttpRequest
from fiskil_harness.faults.fault import Reply
from fiskil_harness.faults.rules import Facts
from fiskil_harness.journal import BodyRecorder, Journal

Headers = Sequence[tuple[bytes, bytes]]

BETWEEN_TWO = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"upgrade",
    }
)
"""Headers that concern one connection only (hop-by-hop)."""
_OURS = BETWEEN_TWO | {b"host", b"accept-encoding", b"expect", b"transfer-encoding", b"http2-settings"}
_NOTHING = BodyRecorder()
_NO_FACTS = Facts(route="")
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})


class Relayed(Struct, eq=False):
    """One exchange of a relay.

    Args:
        request: The client's request; its body is set only if the request was complete when its turn came.
        target: The request target (path and query) that the API receives.
        version: The client's HTTP version.
        keeps: True if the client keeps the connection open.
        rest: The bytes after the target in the request to the API, if they are already known; otherwise empty.
        is_complete: True if the request has arrived completely.
        is_chunked: True if the request body is chunked.
        is_held: True if a fault holds the exchange, so that the response goes to the fault and not to the client.
        is_cut: True if the connection was reset because the scenario was over.
        is_of_earlier_scenario: True if the request concerns an end user of an earlier scenario.
        body: The recorder of the body's beginning, for the journal.
        unsent: Pieces of the body that have not been sent to the API.
        number: The number of the exchange; 0 until its turn comes.
        route: The name of the route.
        end_user_id: The end user that the request concerns; empty for none.
        facts: The properties by which rules select exchanges.
        journal: The journal that records the exchange; None if no scenario runs.
        begun_s: When the exchange began, in seconds since the journal's start.
        step: The index of the step in which the exchange began.
        bites: The names of the faults that bit.
        named: The request target as received, if it is not a path; otherwise empty.
        refused: The guard's response in place of the API's; None if the request passes.
    """

    request: HttpRequest
    target: bytes
    version: str
    keeps: bool
    rest: bytes = b""
    is_complete: bool = False
    is_chunked: bool = False
    is_held: bool = False
    is_cut: bool = False
    is_of_earlier_scenario: bool = False
    body: BodyRecorder = _NOTHING
    unsent: list[bytes] = []
    number: int = 0
    route: str = ""
    end_user_id: str = ""
    facts: Facts = _NO_FACTS
    journal: Journal | None = None
    begun_s: float = 0.0
    step: int = -1
    bites: tuple[str, ...] = ()
    named: bytes = b""
    refused: Reply | None = None

    def take(self, piece: bytes) -> None:
        """Add a piece of the body, which will be sent to the API."""
        if self.body is _NOTHING:
            self.body = BodyRecorder()
        self.body.add(piece)
        self.unsent.append(piece)

    def to_send(self) -> bytes:
        """Return the pieces of the body that have not been sent, with the framing that the API expects."""
        pieces, self.unsent = self.unsent, []
        if not self.is_chunked:
            return b"".join(pieces)
        framed = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
        return b"".join((*framed, b"0\r\n\r\n" if self.is_complete else b""))

    @property
    def may_repeat(self) -> bool:
        """True if the request is safe to repeat, as a proxy may do if a kept connection turns out to be dead."""
        has_body = self.body.length or self.is_chunked
        return self.is_complete and self.request.method in REPEATABLE and not has_body


class ParsedHeaders(Struct, frozen=True):
    """The headers of a request without a body: as received, parsed, and as the API receives them.

    A client sends the same headers with each GET, so they need not be parsed again.
    """

    raw: bytes
    headers: list[tuple[bytes, bytes]]
    rest: bytes

    def relayed(self, data: bytes, client: tuple[str, int] | None) -> Relayed | None:
        """Return the exchange in *data* if it is one complete GET with exactly these headers; otherwise None."""
        end = len(data) - len(self.raw)
        if data[:5] != b"GET /" or data[end - 9 : end] != b"HTTP/1.1\r" or not data.endswith(self.raw):
            return None
        target = data[4 : end - 10]
        if target.find(b"\n") >= 0 or target.find(b" ") >= 0:
            return None
        try:
            path, raw_path, query = target_of(target)
        except (httptools.HttpParserError, UnicodeDecodeError):
            return None
        request = HttpRequest("GET", path, raw_path, query, self.headers, b"", client)
        return Relayed(request, target, "1.1", True, self.rest, True)


def target_of(url: bytes) -> tuple[str, str, bytes]:
    """Return path, raw path and query of a request's target.

    Raises:
        HttpParserInvalidURLError: The target is malformed.
    """
    return _remembered(url) if len(url) <= LONGEST_REMEMBERED else _read(url)


def rest_for(headers: Headers, host: bytes, *, is_chunked: bool = False) -> bytes:
    """Return the bytes after the target in the request to *host*; they request a response without compression."""
    omitted = _OURS | named_by_connection(headers)
    pieces = [b" HTTP/1.1\r\nhost: ", host, b"\r\naccept-encoding: identity\r\n"]
    for name, value in headers:
        if name not in omitted:
            pieces += (name, b": ", value, b"\r\n")
    pieces.append(b"transfer-encoding: chunked\r\n\r\n" if is_chunked else b"\r\n")
    return b"".join(pieces)


def named_by_connection(headers: Headers) -> frozenset[bytes]:
    """Return the headers that ``connection`` declares as hop-by-hop, except those that frame or authorise the request."""
    values = [value for name, value in headers if name == b"connection"]
    if not values or values == [b"keep-alive"]:
        return frozenset()
    named = {word.strip().lower() for value in values for word in value.split(b",")}
    return frozenset(named - {b"content-length", b"authorization", b"content-type"})


def _read(url: bytes) -> tuple[str, str, bytes]:
    target = httptools.parse_url(url)
    raw_path = (target.path or b"/").decode("ascii")
    return unquote(raw_path), raw_path, target.query or b""


_remembered = lru_cache(maxsize=1024)(_read)
