"""A request to one of our sinks as one text, for whoever looks for secrets in it."""

from starlette.requests import Request

KEPT_BYTES = 65_536


def as_sent(request: Request, body: bytes) -> bytes:
    """The address, every header and the first 64 KiB of *body*."""
    lines = [request.url.path.encode() + b"?" + request.url.query.encode()]
    return b"\n".join([*lines, *(name + b": " + value for name, value in request.headers.raw), b"", body[:KEPT_BYTES]])
