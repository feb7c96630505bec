"""Faults of chunked bodies: malformed chunks, and rare but valid features of chunked encoding."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from fiskil_harness.faults.acts import CRLF, Head, chunked, is_framed, with_head
from fiskil_harness.faults.fault import Act, Between, EarlyEnd, End, Fault, FramingFault, MatchedExchange

LONGEST_EXTENSION = 60_000
MOST_TRAILERS = 1_000


class LengthAndChunks(FramingFault, frozen=True, kw_only=True, tag="length_and_chunks"):
    """The body is sent in chunks although the head contains ``content-length`` too; then the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-CL+TE",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return a chunked body after a head with ``content-length`` and ``transfer-encoding``, then FIN."""
        if not is_framed(acts):
            return acts
        head = Head.of(acts).adding(b"transfer-encoding: chunked")
        return [*with_head(chunked(acts), head), End.CLOSE]


class ChunksWithoutEnd(EarlyEnd, frozen=True, kw_only=True, tag="chunks_without_end"):
    """The whole body is sent in chunks, but the last chunk is missing; then the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-CHUNK-NOEND",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return a chunked body without its last chunk, then FIN."""
        return [*chunked(acts, last=b""), End.CLOSE] if is_framed(acts) else acts


class BadChunkSize(FramingFault, frozen=True, kw_only=True, tag="bad_chunk_size"):
    """The body is sent in chunks, followed by a chunk whose size is not a number; then the connection closes."""

    ids: ClassVar[tuple[str, ...]] = ("H-CHUNK-BADSIZE",)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return a chunked body and a malformed size, then FIN."""
        return [*chunked(acts, last=b"xyz\r\n"), End.CLOSE] if is_framed(acts) else acts


class ChunkExtension(Fault, frozen=True, kw_only=True, tag="chunk_extension"):
    """The body is sent in chunks with an extension after each chunk size, which is valid but rare.

    Args:
        size_bytes: The length of the extension, from 4 to 60,000 bytes.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-CHUNK-EXT",)

    size_bytes: Annotated[int, Between(4, LONGEST_EXTENSION)] = 16

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return a chunked body with extensions."""
        extension = b";e=" + b"x" * (self.size_bytes - 3)
        return chunked(acts, extension=extension, last=b"0%s\r\n\r\n" % extension) if is_framed(acts) else acts


class Trailers(Fault, frozen=True, kw_only=True, tag="trailers"):
    """The body is sent in chunks and followed by trailers (headers after the body), which is valid but rare.

    Args:
        count: The number of trailers, from 1 to 1,000.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-TRAILERS",)

    count: Annotated[int, Between(1, MOST_TRAILERS)] = 2

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return a chunked body, then the trailers."""
        lines = b"".join(b"x-trailer-%d: after the body\r\n" % number for number in range(1, self.count + 1))
        return chunked(acts, last=b"0\r\n" + lines + CRLF) if is_framed(acts) else acts
