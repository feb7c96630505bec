"""Faults of response heads: too many, too large or duplicate headers, or interim responses (1xx) before the response."""

import re
from collections.abc import Sequence
from typing import Annotated, ClassVar

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.acts import LONGEST_MS, bounded, has_head
from fiskil_harness.faults.fault import Act, Between, Fault, MatchedExchange, Pause, Piece, Reply

NAME = re.compile(r"[a-z0-9-]+")
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload; as=style\r\n\r\n"
LARGEST_HEADER = 5_000_000
MOST_HEADERS = 20_000


class ContinueForever(Fault, frozen=True, kw_only=True, tag="continue_forever"):
    """For ``lasts_ms`` a ``100 Continue`` arrives every ``every_ms``; only then does the response arrive.

    No single read takes long, so a read timeout does not end the call.

    Args:
        every_ms: The interval, from 1 to ``lasts_ms`` milliseconds.
        lasts_ms: The total time, from 1 to 60,000 milliseconds.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-100-FOREVER",)

    every_ms: Annotated[int, Between(1, "lasts_ms")] = 400
    lasts_ms: Annotated[int, Between(1, LONGEST_MS)] = 60_000

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the interim responses with a pause after each, then the same acts."""
        before = (Piece(CONTINUE), Pause(self.every_ms / 1000)) * (self.lasts_ms // self.every_ms)
        return bounded((*before, *acts)) if has_head(acts) else acts


class EarlyHints(Fault, frozen=True, kw_only=True, tag="early_hints"):
    """Before the response ``103 Early Hints`` arrives ``count`` times, which HTTP allows.

    Args:
        count: The number of interim responses, from 1 to 1,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-103",)

    count: Annotated[int, Between(1, 1_000)] = 1

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the interim responses, then the same acts."""
        return [*[Piece(EARLY_HINTS)] * self.count, *acts] if has_head(acts) else acts


class HugeHeader(Fault, frozen=True, kw_only=True, tag="huge_header"):
    """The response has one header whose value is ``size_bytes`` long.

    Args:
        size_bytes: The size of the value, from 1,000 to 5,000,000 bytes.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-HUGE-HDR",)

    size_bytes: Annotated[int, Between(1_000, LARGEST_HEADER)] = 200_000

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Add the header."""
        return reply.with_header(b"x-padding", b"x" * self.size_bytes)


class ManyHeaders(Fault, frozen=True, kw_only=True, tag="many_headers"):
    """The response has ``count`` additional headers.

    Args:
        count: The number of additional headers, from 1 to 20,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-MANY-HDR",)

    count: Annotated[int, Between(1, MOST_HEADERS)] = 1_000

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Add the headers, unless the response already has them."""
        if reply.header(b"x-padding-1"):
            return reply
        added = tuple((b"x-padding-%d" % number, b"x") for number in range(1, self.count + 1))
        return Reply(status=reply.status, headers=(*reply.headers, *added), body=reply.body)


class DuplicateHeader(Fault, frozen=True, kw_only=True, tag="duplicate_header"):
    """A header that is allowed only once occurs twice, the second time with ``value``.

    Args:
        header: The header's name in lower case; not ``content-length``.
        value: The second value, in printable ASCII.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-DUP-HDR",)
    spoils: ClassVar[tuple[str, ...]] = ("headers",)

    header: str = "content-type"
    value: str = "text/html"

    def check(self) -> None:
        """Raise ConfigError if the header is ``content-length``, or if its name or value contains an invalid character.

        Raises:
            ConfigError: Use ``duplicate_content_length`` for a length, or correct the name or the value.
        """
        if self.header == "content-length":
            raise ConfigError("DuplicateHeader: header must not be 'content-length'. Use DuplicateContentLength.")
        if not NAME.fullmatch(self.header) or not (self.value.isascii() and self.value.isprintable()):
            raise ConfigError(
                f"DuplicateHeader: header must be a name in lower case and value printable ASCII,"
                f" got {self.header!r} and {self.value!r}."
            )

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Add the header again with ``value``; nothing changes if the header is absent or already has ``value``."""
        name, value = self.header.encode(), self.value.encode()
        if reply.header(name) in {b"", value}:
            return reply
        return Reply(status=reply.status, headers=(*reply.headers, (name, value)), body=reply.body)
