"""Faults of the connection: resets, early ends and silences in an exchange.

Upstream they meet the request, and the API never hears of it; downstream they meet the answer to work that is done.
"""

from collections.abc import Sequence
from typing import ClassVar

from fiskil_harness.faults.acts import LONGEST_MS, refuse_other
from fiskil_harness.faults.delay import STREAMS, Stream
from fiskil_harness.faults.fault import Act, End, MatchedExchange, Pause, Piece, PlainFault, refuse_outside, up_to


class Timeout(PlainFault, frozen=True, kw_only=True, tag="timeout"):
    """Nothing gets through, and the connection closes after ``timeout_ms`` of silence; 0 is never, at most a minute."""

    ids: ClassVar[tuple[str, ...]] = ("N-TIMEOUT",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("answer",)

    timeout_ms: int = 0
    stream: Stream = "downstream"

    def check(self) -> None:
        """Refuse a silence of more than a minute."""
        refuse_outside(self, "timeout_ms", 0, LONGEST_MS)
        refuse_other(self, "stream", STREAMS)

    def before_request(self, exchange: MatchedExchange) -> Sequence[Act]:
        """Upstream: the request is swallowed."""
        return self._silence() if self.stream == "upstream" else ()

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Downstream: the answer is swallowed."""
        return self._silence() if self.stream == "downstream" else acts

    def _silence(self) -> Sequence[Act]:
        return (Pause(self.timeout_ms / 1000), End.CLOSE) if self.timeout_ms else (End.STALL,)


class ResetBefore(PlainFault, frozen=True, kw_only=True, tag="reset_before"):
    """The connection is reset ``delay_ms`` after the request, without a byte of an answer."""

    ids: ClassVar[tuple[str, ...]] = ("N-RESET-PRE",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("answer",)

    delay_ms: int = 0
    stream: Stream = "upstream"

    def check(self) -> None:
        """Refuse a delay of more than a minute."""
        refuse_other(self, "stream", STREAMS)
        refuse_outside(self, "delay_ms", 0, LONGEST_MS)

    def before_request(self, exchange: MatchedExchange) -> Sequence[Act]:
        """Upstream: RST, and the API never hears of the request."""
        return _late(self.delay_ms, End.RESET) if self.stream == "upstream" else ()

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Downstream: RST instead of the answer."""
        return _late(self.delay_ms, End.RESET) if self.stream == "downstream" else acts


class ResetPeer(PlainFault, frozen=True, kw_only=True, tag="reset_peer"):
    """The API did its work, then the connection is reset after ``after_bytes`` of the response body, and ``delay_ms``."""

    ids: ClassVar[tuple[str, ...]] = ("N-RESET-POST-HDR", "N-RESET-MID")
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 0
    delay_ms: int = 0

    def check(self) -> None:
        """Refuse an end before the body's begin."""
        refuse_outside(self, "after_bytes", 0)
        refuse_outside(self, "delay_ms", 0, LONGEST_MS)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """The head and some of the body, then RST."""
        kept = up_to(acts, self.after_bytes)
        return acts if kept is None else [*kept, *_late(self.delay_ms, End.RESET)]


class EmptyResponse(PlainFault, frozen=True, kw_only=True, tag="empty_response"):
    """The connection closes without a byte."""

    ids: ClassVar[tuple[str, ...]] = ("N-EMPTY",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("answer",)

    stream: Stream = "upstream"

    def check(self) -> None:
        """Refuse a stream that is none."""
        refuse_other(self, "stream", STREAMS)

    def before_request(self, exchange: MatchedExchange) -> Sequence[Act]:
        """Upstream: FIN, and the API never hears of the request."""
        return (End.CLOSE,) if self.stream == "upstream" else ()

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Downstream: FIN instead of the answer."""
        return (End.CLOSE,) if self.stream == "downstream" else acts


class LimitBytes(PlainFault, frozen=True, kw_only=True, tag="limit_data"):
    """The connection is closed after ``after_bytes`` of the response body, though more was announced."""

    ids: ClassVar[tuple[str, ...]] = ("N-LIMIT",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 0

    def check(self) -> None:
        """Refuse an end before the body's begin."""
        refuse_outside(self, "after_bytes", 0)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """The head and some of the body, then FIN."""
        kept = up_to(acts, self.after_bytes)
        return acts if kept is None else [*kept, End.CLOSE]


class LimitResponse(PlainFault, frozen=True, kw_only=True, tag="limit_response"):
    """The connection is closed after ``after_bytes`` of the whole answer, its head counted, as Toxiproxy counts."""

    ids: ClassVar[tuple[str, ...]] = ("N-LIMIT",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 100

    def check(self) -> None:
        """Refuse an end before the first byte: that is ``empty_response``."""
        refuse_outside(self, "after_bytes", 1)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """So many bytes, then FIN."""
        kept = _first_bytes(acts, self.after_bytes)
        return acts if kept is None else [*kept, End.CLOSE]


class StallHead(PlainFault, frozen=True, kw_only=True, tag="stall_head"):
    """After ``after_bytes`` of the answer, in its head, nothing more comes, and the connection stays open."""

    ids: ClassVar[tuple[str, ...]] = ("H-STALL-HDR",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 20

    def check(self) -> None:
        """Refuse a silence before the first byte: that is ``timeout``."""
        refuse_outside(self, "after_bytes", 1)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Some of the head, then nothing; the same acts where the head is no longer than that."""
        kept = _first_bytes([act for act in acts if not (isinstance(act, Piece) and act.is_body)], self.after_bytes)
        return acts if kept is None else [*kept, End.STALL]


class Stall(PlainFault, frozen=True, kw_only=True, tag="stall"):
    """After ``after_bytes`` of the response body nothing more comes, and the connection stays open."""

    ids: ClassVar[tuple[str, ...]] = ("H-STALL-BODY",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("end",)

    after_bytes: int = 0

    def check(self) -> None:
        """Refuse an end before the body's begin."""
        refuse_outside(self, "after_bytes", 0)

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """The head and some of the body, then nothing."""
        kept = up_to(acts, self.after_bytes)
        return acts if kept is None else [*kept, End.STALL]


def _late(delay_ms: int, end: End) -> Sequence[Act]:
    return (Pause(delay_ms / 1000), end) if delay_ms else (end,)


def _first_bytes(acts: Sequence[Act], count: int) -> list[Act] | None:
    """*acts* up to so many bytes of head and body; None where that is all of them."""
    kept: list[Act] = []
    left = count
    for act in acts:
        if isinstance(act, Piece):
            if left < len(act.data):
                return [*kept, Piece(act.data[:left], act.is_body)] if left else kept
            left -= len(act.data)
        kept.append(act)
    return None


FAULTS: tuple[type[PlainFault], ...] = (
    Timeout,
    ResetBefore,
    ResetPeer,
    EmptyResponse,
    LimitBytes,
    LimitResponse,
    StallHead,
    Stall,
)
