"""A request to one of our sinks as one text, for whoever looks for secrets in it; what was not read of it says so."""

from msgspec import Struct
from starlette.requests import ClientDisconnect, Request

from fiskil_harness.app.monitoring.otlp_decoding import LARGEST_BYTES, Unreadable, unpacked

MOST_BYTES = 4 * LARGEST_BYTES
"""So much of all requests is kept, the newest first."""
CUT = "the connection ended before the request did"
FORGOTTEN = f"more than {MOST_BYTES // 1024 // 1024} MiB came, of which the beginning was not kept"


class RequestText(Struct, frozen=True, kw_only=True):
    """The address of a request, every header, and its body, unpacked where that can be; ``problem`` says what is missing."""

    text: bytes
    problem: str = ""


class Received(Struct, frozen=True, kw_only=True):
    """A request whose body was read as far as that went. ``error`` says why ``body`` is not all of it, or not plain."""

    sent: RequestText
    body: bytes
    error: Unreadable | None = None
    is_cut: bool = False


class Pile:
    """What came to a sink, in order; whoever adds to it holds the sink's lock."""

    def __init__(self) -> None:
        self._sent: list[RequestText] = []
        self._kept_bytes = 0
        self._forgotten = 0

    def __len__(self) -> int:
        return len(self._sent)

    def add(self, sent: RequestText) -> None:
        """Put it on top, and forget what lies deepest where it grows too large."""
        self._sent.append(sent)
        self._kept_bytes += len(sent.text)
        while self._kept_bytes > MOST_BYTES and self._forgotten < len(self._sent) - 1:
            self._kept_bytes -= len(self._sent[self._forgotten].text)
            self._sent[self._forgotten] = RequestText(text=b"", problem=FORGOTTEN)
            self._forgotten += 1

    def since(self, count: int) -> list[RequestText]:
        """What came after the first *count*."""
        return self._sent[count:]


async def received(request: Request) -> Received:
    """Read a request, and unpack it; nothing that is wrong with it raises."""
    body, error, is_cut = bytearray(), None, False
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BYTES:
                error = Unreadable(413, f"the body is longer than {LARGEST_BYTES // 1024 // 1024} MiB")
                break
    except ClientDisconnect:
        is_cut = True
    read = bytes(body[:LARGEST_BYTES])
    if error is None:
        try:
            read = unpacked(read, request.headers.get("content-encoding", ""))
        except Unreadable as unreadable:
            error, read = unreadable, unreadable.begun or read
    problem = CUT if is_cut else str(error or "")
    return Received(sent=RequestText(text=_text(request, read), problem=problem), body=read, error=error, is_cut=is_cut)


def _text(request: Request, body: bytes) -> bytes:
    lines = [request.url.path.encode() + b"?" + request.url.query.encode()]
    return b"\n".join([*lines, *(name + b": " + value for name, value in request.headers.raw), b"", body])
