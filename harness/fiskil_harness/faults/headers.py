"""Faults of the head: too much of it, some of it twice, or other heads before it."""

import re
from collections.abc import Sequence
from typing import ClassVar

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.acts import LONGEST_MS, bounded, has_head
from fiskil_harness.faults.fault import Act, MatchedExchange, Pause, Piece, PlainFault, Reply, refuse_outside

NAME = re.compile(r"[a-z0-9-]+")
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload; as=style\r\n\r\n"
LARGEST_HEADER = 5_000_000
MOST_HEADERS = 20_000


class ContinueForever(PlainFault, frozen=True, kw_only=True, tag="continue_forever"):
    """``100 Continue`` comes again and again, one each ``every_ms`` for ``lasts_ms``, and the answer only then.

    No single read takes long, so a limit on each read does not end it.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-100-FOREVER",)

    every_ms: int = 400
    lasts_ms: int = 60_000

    def check(self) -> None:
        """Refuse heads without a pause between them, and more than a minute."""
        refuse_outside(self, "lasts_ms", 1, LONGEST_MS)
        refuse_outside(self, "every_ms", 1, self.lasts_ms)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Heads with a pause after each, then the same acts."""
        before = (Piece(CONTINUE), Pause(self.every_ms / 1000)) * (self.lasts_ms // self.every_ms)
        return bounded((*before, *acts)) if has_head(acts) else acts


class EarlyHints(PlainFault, frozen=True, kw_only=True, tag="early_hints"):
    """``103 Early Hints`` comes before the answer, ``count`` times: lawful, and no answer yet."""

    ids: ClassVar[tuple[str, ...]] = ("H-103",)

    count: int = 1

    def check(self) -> None:
        """Refuse no hints."""
        refuse_outside(self, "count", 1, 1_000)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """One head more for each."""
        return [*[Piece(EARLY_HINTS)] * self.count, *acts] if has_head(acts) else acts


class HugeHeader(PlainFault, frozen=True, kw_only=True, tag="huge_header"):
    """One header has a value of ``size_bytes``."""

    ids: ClassVar[tuple[str, ...]] = ("H-HUGE-HDR",)

    size_bytes: int = 200_000

    def check(self) -> None:
        """Refuse a header of a usual size."""
        refuse_outside(self, "size_bytes", 1_000, LARGEST_HEADER)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same answer with that header."""
        return reply.with_header(b"x-padding", b"x" * self.size_bytes)


class ManyHeaders(PlainFault, frozen=True, kw_only=True, tag="many_headers"):
    """There are ``count`` headers more."""

    ids: ClassVar[tuple[str, ...]] = ("H-MANY-HDR",)

    count: int = 1_000

    def check(self) -> None:
        """Refuse no headers."""
        refuse_outside(self, "count", 1, MOST_HEADERS)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same answer with those headers; the same one where it has them."""
        if reply.header(b"x-padding-1"):
            return reply
        added = tuple((b"x-padding-%d" % number, b"x") for number in range(1, self.count + 1))
        return Reply(status=reply.status, headers=(*reply.headers, *added), body=reply.body)


class DuplicateHeader(PlainFault, frozen=True, kw_only=True, tag="duplicate_header"):
    """A header that may stand once stands twice, with ``value`` the second time."""

    ids: ClassVar[tuple[str, ...]] = ("H-DUP-HDR",)
    spoils: ClassVar[tuple[str, ...]] = ("headers",)

    header: str = "content-type"
    value: str = "text/html"

    def check(self) -> None:
        """Refuse a length, whose doubling is ``duplicate_content_length``, and what cannot stand in a header."""
        if self.header == "content-length":
            raise ConfigError("DuplicateHeader: a second content-length is DuplicateContentLength.")
        if not NAME.fullmatch(self.header) or not (self.value.isascii() and self.value.isprintable()):
            raise ConfigError(f"DuplicateHeader: no header in lower case: {self.header!r} with {self.value!r}.")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same answer with the header once more; the same one where it is not there, or has that value."""
        name, value = self.header.encode(), self.value.encode()
        if reply.header(name) in {b"", value}:
            return reply
        return Reply(status=reply.status, headers=(*reply.headers, (name, value)), body=reply.body)


FAULTS: tuple[type[PlainFault], ...] = (ContinueForever, EarlyHints, HugeHeader, ManyHeaders, DuplicateHeader)
