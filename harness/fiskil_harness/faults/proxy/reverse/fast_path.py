"""Answers of the usual kind, whose head is looked at and not parsed: it is read when somebody reads the journal."""

import re
import zlib
from typing import Any

from fiskil_harness.faults.proxy.entries import exchange_of
from fiskil_harness.journal import Exchange

LONGEST_UNPACKED = 10_485_760
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n")


def is_ordinary(head: bytes, length: int) -> bool:
    """Whether a head announces a body of exactly this length, by nothing but its length, on a connection that stays."""
    if head[:9] != b"HTTP/1.1 " or head[9:10] not in b"2345" or not head[10:12].isdigit() or head[9:12] in {b"204", b"304"}:
        return False
    lower = head.lower()
    lengths = _LENGTH.findall(lower)
    # To find costs a third of what `in` does, which tries numbers first.
    return (
        len(lengths) == 1
        and int(lengths[0]) == length
        and lower.count(b"\ncontent-length") == 1
        and lower.count(b"\n") == lower.count(b"\r\n")
        and lower.find(b"\ntransfer-encoding") < 0
        and lower.find(b"\nconnection") < 0
        and lower.find(b"\ncontent-encoding") < 0
    )


def plain(headers: list[tuple[bytes, bytes]], body: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Body and headers without the compression that nobody asked for; as they came where there is none, or no end of it."""
    if not any(name == b"content-encoding" and value.lower() in {b"gzip", b"deflate"} for name, value in headers):
        return body, headers
    unpacking = zlib.decompressobj(wbits=47)
    try:
        unpacked = unpacking.decompress(body, LONGEST_UNPACKED)
    except zlib.error:
        return body, headers
    if not unpacking.eof:
        return body, headers
    return unpacked, [pair for pair in headers if pair[0] != b"content-encoding"]


def unread_exchange_of(when: Any, request: Any, about: Any, answered: tuple[int, bytes, bytes], *more: Any) -> Exchange:
    """The entry of an exchange whose answer passed at once, and whose headers are read now."""
    status, head, body = answered
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:-1])
    headers = [(name.lower(), value.strip(b" \t")) for name, _, value in pairs]
    return exchange_of(when, request, about, (status, headers, body), *more)
