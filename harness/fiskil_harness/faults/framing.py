"""Faults of framing: where an answer ends is told wrongly, twice, or not at all.

The connection closes after most of them, as it must where a server has lost the frame: what is wrong stays in one exchange.
"""

from collections.abc import Sequence
from typing import ClassVar

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
from fiskil_harness.faults.fault import Act, End, MatchedExchange, Piece, PlainFault, refuse_outside, up_to

SECOND_RESPONSE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


class LengthTooLong(PlainFault, frozen=True, kw_only=True, tag="length_too_long"):
    """``extra_bytes`` more are announced than there are; the whole body comes, then the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-CL-LONG",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    extra_bytes: int = 10

    def check(self) -> None:
        """Refuse the right length."""
        refuse_outside(self, "extra_bytes", 1)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Another length, then FIN."""
        if not is_framed(acts):
            return acts
        return [*with_length(acts, body_size(acts) + self.extra_bytes), End.CLOSE]


class LengthTooShort(PlainFault, frozen=True, kw_only=True, tag="length_too_short"):
    """``missing_bytes`` fewer are announced than come, so the rest is no part of the answer; then the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-CL-SHORT",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    missing_bytes: int = 10

    def check(self) -> None:
        """Refuse the right length."""
        refuse_outside(self, "missing_bytes", 1)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Another length, then FIN; the same acts where the body is no longer than what would be missing."""
        size = body_size(acts)
        if not is_framed(acts) or size <= self.missing_bytes:
            return acts
        return [*with_length(acts, size - self.missing_bytes), End.CLOSE]


class DuplicateContentLength(PlainFault, frozen=True, kw_only=True, tag="duplicate_content_length"):
    """The length is announced twice, first the right one and then one ``extra_bytes`` longer; the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-CL-DUP",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    extra_bytes: int = 1

    def check(self) -> None:
        """Refuse the same length twice, which a client may take for one."""
        refuse_outside(self, "extra_bytes", 1)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Two lengths, then FIN."""
        size = body_size(acts)
        return [*with_length(acts, size, size + self.extra_bytes), End.CLOSE] if is_framed(acts) else acts


class TruncatedWithoutLength(PlainFault, frozen=True, kw_only=True, tag="truncated_without_length"):
    """No length is announced, so the end of the connection is the end of the body; it comes after ``after_bytes``.

    Nothing but the JSON tells that something is missing.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-NOCL-TRUNC",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    after_bytes: int = 20

    def check(self) -> None:
        """Refuse an end before the body's begin."""
        refuse_outside(self, "after_bytes", 0)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """A head without a length and some of the body, then FIN."""
        kept = up_to(acts, self.after_bytes)
        if kept is None or not is_framed(acts):
            return acts
        head = Head.of(acts).without(b"content-length").without(b"connection").adding(b"connection: close")
        return [*with_head(kept, head), End.CLOSE]


class BodyAfterNoContent(PlainFault, frozen=True, kw_only=True, tag="body_after_204"):
    """The API did its work, 204 is answered, and a body comes all the same; the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-204-BODY",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Another status over the same bytes, then FIN."""
        if not is_framed(acts):
            return acts
        head = Head(b"HTTP/1.1 204 No Content", Head.of(acts).lines)
        return [*with_head(acts, head), End.CLOSE]


class BodyAfterHead(PlainFault, frozen=True, kw_only=True, tag="body_after_head"):
    """A HEAD request is answered with a body of ``size_bytes``; the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-HEAD-BODY",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    size_bytes: int = 64

    def check(self) -> None:
        """Refuse no body."""
        refuse_outside(self, "size_bytes", 1, 1_000_000)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """A body where none may be, then FIN; the same acts for any other method."""
        if exchange.method != "HEAD" or has_end(acts):
            return acts
        return [*acts, Piece(b"x" * self.size_bytes, is_body=True), End.CLOSE]


class BareLineFeeds(PlainFault, frozen=True, kw_only=True, tag="bare_line_feeds"):
    """The lines of the head end in LF alone; most clients read that, strict ones do not."""

    ids: ClassVar[tuple[str, ...]] = ("H-LF-ONLY",)
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """The head without its carriage returns."""
        return with_head(acts, final_head(acts).replace(CRLF, b"\n")) if has_head(acts) else acts


class SecondResponse(PlainFault, frozen=True, kw_only=True, tag="second_response"):
    """After the answer comes another that nobody asked for, an empty object, and the connection stays open.

    A client that keeps it for its next request takes each answer for that to another question.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-PIPELINED-EXTRA",)
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """The same acts, then a whole answer."""
        return acts if has_end(acts) else [*acts, Piece(SECOND_RESPONSE, is_body=True)]


FAULTS: tuple[type[PlainFault], ...] = (
    LengthTooLong,
    LengthTooShort,
    DuplicateContentLength,
    TruncatedWithoutLength,
    BodyAfterNoContent,
    BodyAfterHead,
    BareLineFeeds,
    SecondResponse,
)
