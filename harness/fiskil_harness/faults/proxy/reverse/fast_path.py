"""Fast handling of ordinary responses: the head is checked, but not parsed until the journal is read."""

import re
import zlib
from typing import Any

from fiskil_harness.faults.proxy.entries import exchange_of
from fiskil_harness.journal import Exchange

LONGEST_UNPACKED = 10_485_760
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n")


def is_ordinary(head: bytes, length: int) -> bool:
    """Return True if *head* announces *length* bytes of uncompressed body by ``content-length`` only, and no close."""
    if head[:9] != b"HTTP/1.1 " or head[9:10] not in b"2345" or not head[10:12].isdigit() or head[9:12] in {b"204", b"304"}:
        return False
    lower = head.lower()
    lengths = _LENGTH.findall(lower)
    # `find` costs a third of `in`, which tries integers first.
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
    """Return the decompressed body and its headers; both unchanged if the body is not compressed, or incomplete."""
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


def unread_exchange_of(when: Any, request: Any, about: Any, response: tuple[int, bytes, bytes], *more: Any) -> Exchange:
    """Return the journal entry of an exchange whose response was forwarded unparsed; its headers are parsed here."""
    status, head, body = response
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:-1])
    headers = [(name.lower(), value.strip(b" \t")) for name, _, value in pairs]
    return exchange_of(when, request, about, (status, headers, body), *more)
