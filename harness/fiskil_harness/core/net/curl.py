"""Write a request as a ``curl`` command, so that a user can send it again by hand."""

import shlex
from collections.abc import Iterable

LONGEST_BODY = 4096


def curl(url: str, *, headers: Iterable[tuple[str, str]] = (), body: bytes = b"", method: str = "POST") -> str:
    """Return a ``curl`` command that sends the given headers and the exact bytes of *body*.

    The command reads a body over ``LONGEST_BODY`` bytes from the file ``body``. If *headers* have no content type, the
    command removes the one that curl would add.
    """
    words = ["curl", "--silent", "--show-error", "--include", "--max-time", "30"]
    if method != "POST":
        words += ["--request", method]
    given = {name.lower() for name, _ in headers}
    for name, value in headers:
        words += ["--header", f"{name}: {value}" if value else f"{name};"]
    if "content-type" not in given:
        words += ["--header", "Content-Type:"]
    line = shlex.join(words)
    if len(body) > LONGEST_BODY:
        return f"{line} --data-binary @body {shlex.quote(url)}  # {len(body)} bytes in the file body"
    if body or method == "POST":
        line += f" --data-binary {_text(body)}"
    return f"{line} {shlex.quote(url)}"


def _text(body: bytes) -> str:
    """Return *body* as a quoted bash word; bytes that are not printable ASCII are escaped."""
    if all(0x20 <= byte < 0x7F for byte in body):
        return shlex.quote(body.decode())
    escaped = "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b"'\\" else f"\\x{byte:02x}" for byte in body)
    return f"$'{escaped}'"
