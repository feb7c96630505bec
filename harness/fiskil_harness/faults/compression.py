"""Faults of compression: a body that is not encoded as its head says, not to its end, or far larger than it looks."""

import gzip
from typing import ClassVar

from fiskil_harness.faults.fault import MatchedExchange, PlainFault, Reply, refuse_outside

ENCODING = b"content-encoding"
LARGEST_BODY = 10_000_000


class GzipLie(PlainFault, frozen=True, kw_only=True, tag="gzip_lie"):
    """The body is said to be gzip and is plain."""

    ids: ClassVar[tuple[str, ...]] = ("H-GZIP-LIE",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same body under a false name."""
        return reply.with_header(ENCODING, b"gzip") if _is_plain(reply) else reply


class GzipBomb(PlainFault, frozen=True, kw_only=True, tag="gzip_bomb"):
    """The body is gzip, small on the wire, and ``size_bytes`` large once it is decoded: good JSON, with blanks before it.

    A client that did not ask for gzip gets it all the same.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-GZIP-BOMB",)

    size_bytes: int = LARGEST_BODY

    def check(self) -> None:
        """Refuse what is no bomb, and what could harm more than the app."""
        refuse_outside(self, "size_bytes", 1_000, LARGEST_BODY)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Blanks and the body, packed."""
        return _packed(reply, reply.body.rjust(self.size_bytes)) if _is_plain(reply) else reply


class GzipTruncated(PlainFault, frozen=True, kw_only=True, tag="gzip_truncated"):
    """The body is gzip, cut to ``keep_percent`` and announced at that length, so only its end is missing."""

    ids: ClassVar[tuple[str, ...]] = ("H-GZIP-TRUNC",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    keep_percent: int = 50

    def check(self) -> None:
        """Refuse a body that is kept whole, and one that would be kept less than not at all."""
        refuse_outside(self, "keep_percent", 1, 99)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The first part of the packed body as if it were all."""
        if not _is_plain(reply):
            return reply
        packed = _packed(reply, reply.body)
        return packed.with_body(packed.body[: max(1, len(packed.body) * self.keep_percent // 100)])


def _is_plain(reply: Reply) -> bool:
    return bool(reply.body) and not reply.header(ENCODING)


def _packed(reply: Reply, body: bytes) -> Reply:
    # Without a time of packing, the same body is packed to the same bytes.
    return reply.with_header(ENCODING, b"gzip").with_body(gzip.compress(body, mtime=0))


FAULTS: tuple[type[PlainFault], ...] = (GzipLie, GzipBomb, GzipTruncated)
