"""Converts a response to the acts that write it, with the server's bytes: one piece for the head, one for the body."""

from fiskil_harness.core.net.uvicorn_protocol import STATUS_LINE
from fiskil_harness.faults.fault import Act, Piece, Reply

BODILESS = (204, 304)


def acts_of(reply: Reply, *, is_head: bool, is_kept: bool) -> list[Act]:
    """Return the pieces that write *reply*.

    Args:
        reply: The response.
        is_head: True if the request was HEAD, so that the body is announced but not sent.
        is_kept: True if the connection stays open for another request.
    """
    names = {name for name, _ in reply.headers}
    is_chunked = not is_head and reply.status not in BODILESS and not names & {b"content-length", b"transfer-encoding"}
    lines = [STATUS_LINE[reply.status]]
    for name, value in reply.headers:
        lines += (name, b": ", value, b"\r\n")
    if not is_kept and b"connection" not in names:
        lines.append(b"connection: close\r\n")
    if is_chunked:
        lines.append(b"transfer-encoding: chunked\r\n")
    head = Piece(b"".join((*lines, b"\r\n")))
    if is_head:
        return [head]
    body = chunked(reply.body) if is_chunked else reply.body
    return [head, Piece(body, is_body=True)] if body else [head]


def chunked(body: bytes) -> bytes:
    """Return *body* encoded as one chunk, and the chunk that ends the body."""
    return (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
