"""Faults of chunks: the body comes in them, with something wrong or something that is seldom seen."""

from collections.abc import Sequence
from typing import ClassVar

from fiskil_harness.faults.acts import CRLF, Head, chunked, is_framed, with_head
from fiskil_harness.faults.fault import Act, End, MatchedExchange, PlainFault, refuse_outside

LONGEST_EXTENSION = 60_000
MOST_TRAILERS = 1_000


class LengthAndChunks(PlainFault, frozen=True, kw_only=True, tag="length_and_chunks"):
    """The body comes in chunks while its length is announced as well; the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-CL+TE",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Chunks, with the old length kept, then FIN."""
        if not is_framed(acts):
            return acts
        head = Head.of(acts).adding(b"transfer-encoding: chunked")
        return [*with_head(chunked(acts), head), End.CLOSE]


class ChunksWithoutEnd(PlainFault, frozen=True, kw_only=True, tag="chunks_without_end"):
    """The whole body comes in chunks, but the last one that ends it does not; the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-CHUNK-NOEND",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Chunks, then FIN."""
        return [*chunked(acts, last=b""), End.CLOSE] if is_framed(acts) else acts


class BadChunkSize(PlainFault, frozen=True, kw_only=True, tag="bad_chunk_size"):
    """The body comes in chunks, and after it a chunk whose size is no number; the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-CHUNK-BADSIZE",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("framing",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Chunks and a bad size, then FIN."""
        return [*chunked(acts, last=b"xyz\r\n"), End.CLOSE] if is_framed(acts) else acts


class ChunkExtension(PlainFault, frozen=True, kw_only=True, tag="chunk_extension"):
    """The body comes in chunks, each size with an extension of ``size_bytes``: lawful, and seldom seen."""

    ids: ClassVar[tuple[str, ...]] = ("H-CHUNK-EXT",)

    size_bytes: int = 16

    def check(self) -> None:
        """Refuse an extension without a value."""
        refuse_outside(self, "size_bytes", 4, LONGEST_EXTENSION)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Chunks with extensions."""
        extension = b";e=" + b"x" * (self.size_bytes - 3)
        return chunked(acts, extension=extension, last=b"0%s\r\n\r\n" % extension) if is_framed(acts) else acts


class Trailers(PlainFault, frozen=True, kw_only=True, tag="trailers"):
    """The body comes in chunks, and ``count`` more headers after it: lawful, and seldom seen."""

    ids: ClassVar[tuple[str, ...]] = ("H-TRAILERS",)

    count: int = 2

    def check(self) -> None:
        """Refuse no trailers."""
        refuse_outside(self, "count", 1, MOST_TRAILERS)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Chunks, then headers."""
        lines = b"".join(b"x-trailer-%d: after the body\r\n" % number for number in range(1, self.count + 1))
        return chunked(acts, last=b"0\r\n" + lines + CRLF) if is_framed(acts) else acts


FAULTS: tuple[type[PlainFault], ...] = (LengthAndChunks, ChunksWithoutEnd, BadChunkSize, ChunkExtension, Trailers)
