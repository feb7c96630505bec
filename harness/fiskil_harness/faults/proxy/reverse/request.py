"""A request on its way through a relay: what is known of it, and the bytes that the hosted API gets in its place."""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote

import httptools
from msgspec import Struct

from fiskil_harness.core.net.uvicorn_protocol import LONGEST_REMEMBERED, HttpRequest
from fiskil_harness.faults.fault import Reply
from fiskil_harness.faults.rules import Facts
from fiskil_harness.journal import Journal, Keeping

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
"""Headers that concern one connection and not the other."""
_OURS = BETWEEN_TWO | {b"host", b"accept-encoding", b"expect", b"transfer-encoding", b"http2-settings"}
_NOTHING = Keeping()
_NO_FACTS = Facts(route="")
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})


class Relayed(Struct, eq=False):
    """One exchange. ``request`` is the client's; its body is there only where it came whole before it was asked.

    ``number`` is 0 until it is the exchange's turn. ``rest`` is what the API is sent after the target, where that is known
    already. A held one's answer is not passed on but given to a fault. ``named`` is the target as it came where that is no
    path, and ``refused`` what a guard answers in the API's place.
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
    is_stray: bool = False
    body: Keeping = _NOTHING
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
        """A piece of the body, to be sent on."""
        if self.body is _NOTHING:
            self.body = Keeping()
        self.body.take(piece)
        self.unsent.append(piece)

    def to_send(self) -> bytes:
        """What of the body is there and has not been sent, in its frame."""
        pieces, self.unsent = self.unsent, []
        if not self.is_chunked:
            return b"".join(pieces)
        framed = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
        return b"".join((*framed, b"0\r\n\r\n" if self.is_complete else b""))

    @property
    def may_repeat(self) -> bool:
        """Whether asking twice does what asking once does, as a proxy may where a kept connection turns out dead."""
        has_body = self.body.length or self.is_chunked
        return self.is_complete and self.request.method in REPEATABLE and not has_body


class ParsedHeaders(Struct, frozen=True):
    """The headers of a request without a body, as they came, read, and as the API is sent them.

    A client says the same with each GET; what it says once more need not be read again.
    """

    raw: bytes
    headers: list[tuple[bytes, bytes]]
    rest: bytes

    def relayed(self, data: bytes, client: tuple[str, int] | None) -> Relayed | None:
        """The exchange that *data* begins, if it is a whole GET with these headers and nothing else."""
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
    """Path, raw path and query of a request's target.

    Raises:
        HttpParserInvalidURLError: It is none.
    """
    return _remembered(url) if len(url) <= LONGEST_REMEMBERED else _read(url)


def rest_for(headers: Headers, host: bytes, *, is_chunked: bool = False) -> bytes:
    """What comes after the target of a request that asks *host* the same, for an answer that is not compressed."""
    left_out = _OURS | named_by_connection(headers)
    pieces = [b" HTTP/1.1\r\nhost: ", host, b"\r\naccept-encoding: identity\r\n"]
    for name, value in headers:
        if name not in left_out:
            pieces += (name, b": ", value, b"\r\n")
    pieces.append(b"transfer-encoding: chunked\r\n\r\n" if is_chunked else b"\r\n")
    return b"".join(pieces)


def named_by_connection(headers: Headers) -> frozenset[bytes]:
    """What the header ``connection`` says to be of one connection only; the frame of a body is not for it to take away."""
    found = [value for name, value in headers if name == b"connection"]
    if not found or found == [b"keep-alive"]:
        return frozenset()
    named = {word.strip().lower() for value in found for word in value.split(b",")}
    return frozenset(named - {b"content-length", b"authorization", b"content-type"})


def _read(url: bytes) -> tuple[str, str, bytes]:
    target = httptools.parse_url(url)
    raw_path = (target.path or b"/").decode("ascii")
    return unquote(raw_path), raw_path, target.query or b""


_remembered = lru_cache(maxsize=1024)(_read)
