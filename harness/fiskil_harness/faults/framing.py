"""Framing faults: the end of a response is announced wrongly, twice, or not at all, or a response arrives too early.

After most of these faults the connection closes, so that the damage is limited to one exchange.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from fiskil_harness.faults.acts import (
    CRLF,
    Head,
    body_size,
    final_head,
    has_end,
    has_head,
    is_framed,
    with_head,
    with_length,
)
from fiskil_harness.faults.fault import (
    Act,
    Between,
    EarlyEnd,
    End,
    ErrorInstead,
    ErrorStatus,
    Fault,
    FramingFault,
    MatchedExchange,
    Piece,
    Reply,
    up_to,
)

SECOND_RESPONSE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


class LengthTooLong(EarlyEnd, frozen=True, kw_only=True, tag="length_too_long"):
    """The ``content-length`` is ``extra_bytes`` larger than the body; after the whole body the connection closes.

    Args:
        extra_bytes: The difference in bytes, at least 1.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-CL-LONG",)

    extra_bytes: Annotated[int, Between(1)] = 10

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts with the wrong length, then FIN."""
        if not is_framed(acts):
            return acts
        return [*with_length(acts, body_size(acts) + self.extra_bytes), End.CLOSE]


class LengthTooShort(FramingFault, frozen=True, kw_only=True, tag="length_too_short"):
    """The ``content-length`` is ``missing_bytes`` smaller than the body, so surplus bytes follow; the connection closes.

    Args:
        missing_bytes: The difference in bytes, at least 1.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-CL-SHORT",)

    missing_bytes: Annotated[int, Between(1)] = 10

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts with the wrong length, then FIN; the same acts if the body is too short for that."""
        size = body_size(acts)
        if not is_framed(acts) or size <= self.missing_bytes:
            return acts
        return [*with_length(acts, size - self.missing_bytes), End.CLOSE]


class DuplicateContentLength(FramingFault, frozen=True, kw_only=True, tag="duplicate_content_length"):
    """The head has two ``content-length`` headers, the second ``extra_bytes`` too large; the connection closes.

    Args:
        extra_bytes: The difference in bytes, at least 1, because a client may accept two equal lengths.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-CL-DUP",)

    extra_bytes: Annotated[int, Between(1)] = 1

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts with two ``content-length`` headers, one right and one too large, then FIN."""
        size = body_size(acts)
        return [*with_length(acts, size, size + self.extra_bytes), End.CLOSE] if is_framed(acts) else acts


class TruncatedWithoutLength(Fault, frozen=True, kw_only=True, tag="truncated_without_length"):
    """The head has no length, so the body ends where the connection closes: too early, after ``after_bytes``.

    Only the JSON shows that something is missing.

    Args:
        after_bytes: The number of body bytes that are sent, at least 0.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-NOCL-TRUNC",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    after_bytes: Annotated[int, Between(0)] = 20

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return a head without a length and the beginning of the body, then FIN."""
        shortened = up_to(acts, self.after_bytes)
        if shortened is None or not is_framed(acts):
            return acts
        head = Head.of(acts).without(b"content-length").without(b"connection").adding(b"connection: close")
        return [*with_head(shortened, head), End.CLOSE]


class BodyAfterNoContent(FramingFault, frozen=True, kw_only=True, tag="body_after_204"):
    """The API does its work, but the response is a 204 with a body; then the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-204-BODY",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the same response with the status line of a 204, then FIN."""
        if not is_framed(acts):
            return acts
        head = Head(b"HTTP/1.1 204 No Content", Head.of(acts).lines)
        return [*with_head(acts, head), End.CLOSE]


class BodyAfterHead(FramingFault, frozen=True, kw_only=True, tag="body_after_head"):
    """The response to a HEAD request has a body of ``size_bytes``, which HTTP forbids; then the connection closes.

    Args:
        size_bytes: The size of the body, from 1 to 1,000,000 bytes.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-HEAD-BODY",)

    size_bytes: Annotated[int, Between(1, 1_000_000)] = 64

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the acts with a body appended, then FIN; the same acts if the request is not HEAD."""
        if exchange.method != "HEAD" or has_end(acts):
            return acts
        return [*acts, Piece(b"x" * self.size_bytes, is_body=True), End.CLOSE]


class BareLineFeeds(Fault, frozen=True, kw_only=True, tag="bare_line_feeds"):
    """The lines of the head end in LF without CR; most clients accept that, strict clients do not."""

    ids: ClassVar[tuple[str, ...]] = ("H-LF-ONLY",)
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the head without carriage returns."""
        return with_head(acts, final_head(acts).replace(CRLF, b"\n")) if has_head(acts) else acts


class SecondResponse(Fault, frozen=True, kw_only=True, tag="second_response"):
    """The response is followed by a second response, an empty JSON object, and the connection stays open.

    A client that reuses the connection mistakes the second response for the response to its next request.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-PIPELINED-EXTRA",)
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the same acts, then a second complete response."""
        return acts if has_end(acts) else [*acts, Piece(SECOND_RESPONSE, is_body=True)]


class EarlyResponse(ErrorInstead, frozen=True, kw_only=True, tag="early_response"):
    """A response with ``status`` is sent after the request's head, before its body is read; then the connection closes.

    A client that is still sending may get a broken pipe and never read the response. A rule for one end user recognises that
    user only in the path and the query, because the body is not known yet.

    Args:
        status: The error status, from 400 to 599; no success, because the API does nothing.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-EARLY-RESPONSE",)
    is_early: ClassVar[bool] = True

    status: ErrorStatus = 413

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return the error that the endpoint documents."""
        return exchange.refusal(self.status, "Refused", "the request was not read")

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the response, then FIN."""
        return acts if has_end(acts) else [*acts, End.CLOSE]
