"""Compression faults: a body that is not compressed as declared, is cut, or becomes very large when decompressed."""

import gzip
from typing import Annotated, ClassVar

from fiskil_harness.faults.fault import Between, BodyFault, Fault, MatchedExchange, Reply

ENCODING = b"content-encoding"
LARGEST_BODY = 10_000_000


class GzipLie(BodyFault, frozen=True, kw_only=True, tag="gzip_lie"):
    """The response declares gzip, but its body is plain."""

    ids: ClassVar[tuple[str, ...]] = ("H-GZIP-LIE",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Declare the plain body as gzip."""
        return reply.with_header(ENCODING, b"gzip") if _is_plain(reply) else reply


class GzipBomb(Fault, frozen=True, kw_only=True, tag="gzip_bomb"):
    """The gzip body is small, but decompresses to ``size_bytes``: many spaces, followed by valid JSON.

    The body is compressed even for a client that does not accept gzip.

    Args:
        size_bytes: The decompressed size, from 1,000 to 10,000,000 bytes.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-GZIP-BOMB",)

    size_bytes: Annotated[int, Between(1_000, LARGEST_BODY)] = LARGEST_BODY

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Compress many spaces followed by the body."""
        return _packed(reply, reply.body.rjust(self.size_bytes)) if _is_plain(reply) else reply


class GzipTruncated(BodyFault, frozen=True, kw_only=True, tag="gzip_truncated"):
    """The gzip body is cut to ``keep_percent``; ``content-length`` matches the rest, so only decompression reveals the cut.

    Args:
        keep_percent: The part of the compressed body that is sent, from 1 to 99 percent.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-GZIP-TRUNC",)

    keep_percent: Annotated[int, Between(1, 99)] = 50

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Compress the body and keep its beginning."""
        if not _is_plain(reply):
            return reply
        packed = _packed(reply, reply.body)
        return packed.with_body(packed.body[: max(1, len(packed.body) * self.keep_percent // 100)])


def _is_plain(reply: Reply) -> bool:
    return bool(reply.body) and not reply.header(ENCODING)


def _packed(reply: Reply, body: bytes) -> Reply:
    # Without a timestamp, the same body is always compressed to the same bytes.
    return reply.with_header(ENCODING, b"gzip").with_body(gzip.compress(body, mtime=0))
