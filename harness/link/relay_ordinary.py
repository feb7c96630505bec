"""Answers of the usual kind, whose head is looked at and not parsed: it is read when somebody reads the journal."""

import re
from typing import Any

from harness.journal import Exchange
from harness.link.exchanges import exchange_of

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
    )


def unread_exchange_of(when: Any, request: Any, about: Any, answered: tuple[int, bytes, bytes], *more: Any) -> Exchange:
    """The entry of an exchange whose answer passed at once, and whose headers are read now."""
    status, head, body = answered
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:-1])
    headers = [(name.lower(), value.strip(b" \t")) for name, _, value in pairs]
    return exchange_of(when, request, about, (status, headers, body), *more)
