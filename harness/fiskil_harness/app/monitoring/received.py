"""Requests to the alert and telemetry endpoints, each kept as one text that is later searched for secrets."""

from msgspec import Struct
from starlette.requests import ClientDisconnect, Request

from fiskil_harness.app.monitoring.otlp_decoding import LARGEST_BYTES, Unreadable, decompressed

MOST_BYTES = 4 * LARGEST_BYTES
"""The limit for the bytes kept of all requests. Above it, the oldest requests are discarded."""
CUT = "the connection closed before the request was complete"
DISCARDED = f"more than {MOST_BYTES // 1024 // 1024} MiB arrived; the oldest requests were discarded"


class RequestText(Struct, frozen=True, kw_only=True):
    """The path, headers and body of a request as text. ``problem`` states why the text is incomplete, or is empty."""

    text: bytes
    problem: str = ""


class Received(Struct, frozen=True, kw_only=True):
    """A request, read as far as possible. ``error`` states why ``body`` is incomplete or still compressed.

    ``is_cut`` is true if the connection closed before the request was complete.
    """

    sent: RequestText
    body: bytes
    error: Unreadable | None = None
    is_cut: bool = False


class RequestLog:
    """The requests to one endpoint, in order. Callers of ``add`` must hold the endpoint's lock."""

    def __init__(self) -> None:
        self._sent: list[RequestText] = []
        self._kept_bytes = 0
        self._discarded = 0

    def __len__(self) -> int:
        return len(self._sent)

    def add(self, sent: RequestText) -> None:
        """Append a request, and discard the texts of the oldest requests while all texts together are too large."""
        self._sent.append(sent)
        self._kept_bytes += len(sent.text)
        while self._kept_bytes > MOST_BYTES and self._discarded < len(self._sent) - 1:
            self._kept_bytes -= len(self._sent[self._discarded].text)
            self._sent[self._discarded] = RequestText(text=b"", problem=DISCARDED)
            self._discarded += 1

    def since(self, count: int) -> list[RequestText]:
        """Return the requests after the first *count*."""
        return self._sent[count:]


async def received(request: Request) -> Received:
    """Read and decompress a request. An invalid request raises no exception: the result describes the problem."""
    body, error, is_cut = bytearray(), None, False
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BYTES:
                error = Unreadable(413, f"the body is longer than {LARGEST_BYTES // 1024 // 1024} MiB")
                break
    except ClientDisconnect:
        is_cut = True
    content = bytes(body[:LARGEST_BYTES])
    if error is None:
        try:
            content = decompressed(content, request.headers.get("content-encoding", ""))
        except Unreadable as unreadable:
            error, content = unreadable, unreadable.begun or content
    problem = CUT if is_cut else str(error or "")
    return Received(
        sent=RequestText(text=_text(request, content), problem=problem), body=content, error=error, is_cut=is_cut
    )


def _text(request: Request, body: bytes) -> bytes:
    lines = [request.url.path.encode() + b"?" + request.url.query.encode()]
    return b"\n".join([*lines, *(name + b": " + value for name, value in request.headers.raw), b"", body])
