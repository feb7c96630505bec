"""A strict parser of one response: it accepts nothing that RFC 9112 forbids.

Framing faults produce responses that lenient clients accept although they are broken. This parser must recognise all of
them. Every HTTP library is lenient in some respect, so this module uses none.
"""

import re
from typing import Literal

from msgspec import Struct

from fiskil_harness.faults.fault import Headers

CRLF = b"\r\n"
BODILESS = (204, 304)
STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [\t\x20-\x7e]*")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;[\t\x20-\x7e]*)?")

Flaw = Literal["", "response", "end", "framing"]


class Received(Struct, frozen=True, kw_only=True):
    """A response as far as it could be read.

    Attributes:
        flaw: The error in the response: ``response`` (no byte arrived), ``end`` (the bytes stop early), ``framing`` (not
            HTTP, or more than one response), or empty.
        status: The final status; None if it could not be read.
        headers: The headers, with names in lower case.
        body: The body without the framing of chunks.
    """

    flaw: Flaw
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""


def parse_response(written: bytes, *, method: str, is_closed: bool) -> Received:
    """Parse *written*, the bytes of the response to a request of *method*.

    Args:
        written: The bytes as received.
        method: The request's method.
        is_closed: True if the connection closed normally (with FIN) after these bytes.
    """
    if not written:
        return Received(flaw="response")
    left = written
    while True:
        head, blank, left = left.partition(CRLF + CRLF)
        status = _status_of(head)
        if not blank:
            # A response that stops inside its head is judged by its complete lines.
            lines = head.split(CRLF)[:-1]
            is_good = (_status_of(head) is not None and _fields(lines[1:]) is not None) if lines else b"\n" not in head
            return Received(flaw="end" if is_good and _may_begin(head) else "framing")
        if status is None or not 100 <= status < 200:
            break
    headers = _fields(head.split(CRLF)[1:])
    if status is None or headers is None:
        return Received(flaw="framing", status=status)
    flaw, body = _body(left, headers, is_bodiless=method == "HEAD" or status in BODILESS, is_closed=is_closed)
    return Received(flaw=flaw, status=status, headers=headers, body=body)


def _status_of(head: bytes) -> int | None:
    match = STATUS_LINE.fullmatch(head.split(CRLF)[0])
    return int(match[1]) if match else None


def _may_begin(head: bytes) -> bool:
    begin = b"HTTP/1.1 "
    return head.startswith(begin) or begin.startswith(head)


def _fields(lines: list[bytes]) -> Headers | None:
    """Return the headers with names in lower case; None if a line is malformed."""
    matches = [FIELD.fullmatch(line) for line in lines]
    return None if None in matches else tuple((match[1].lower(), match[2]) for match in matches if match)


def _body(left: bytes, headers: Headers, *, is_bodiless: bool, is_closed: bool) -> tuple[Flaw, bytes]:
    lengths = [value for name, value in headers if name == b"content-length"]
    codings = [value for name, value in headers if name == b"transfer-encoding"]
    if is_bodiless:
        return ("framing" if left else ""), b""
    if (
        (lengths and codings)
        or len(lengths) > 1
        or codings not in ([], [b"chunked"])
        or not all(map(bytes.isdigit, lengths))
    ):
        return "framing", b""
    if codings:
        return _chunks(left)
    if not lengths:
        return ("" if is_closed else "end"), left
    length = int(lengths[0])
    if len(left) < length:
        return "end", left
    return ("framing" if len(left) > length else ""), left[:length]


def _chunks(left: bytes) -> tuple[Flaw, bytes]:
    body = b""
    while True:
        line, newline, left = left.partition(CRLF)
        line = line if newline else line.removesuffix(b"\r")
        size_line = CHUNK_SIZE.fullmatch(line)
        if not newline:
            return ("end" if not line or size_line else "framing"), body
        if size_line is None:
            return "framing", body
        size = int(size_line[1], 16)
        if not size:
            break
        body += left[:size]
        after, left = left[size : size + 2], left[size + 2 :]
        if after != CRLF:
            return ("end" if CRLF.startswith(after) else "framing"), body
    while True:
        line, newline, left = left.partition(CRLF)
        if not newline:
            return "end", body
        if not line:
            return ("framing" if left else ""), body
        if _fields([line]) is None:
            return "framing", body
