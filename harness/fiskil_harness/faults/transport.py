"""Faults of one exchange's connection: resets, early ends and silence.

Upstream faults act on the request, which the API does not receive; downstream faults act on the response, after the API
has done its work.
"""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from fiskil_harness.faults.acts import LONGEST_MS
from fiskil_harness.faults.delay import Stream
from fiskil_harness.faults.fault import Act, Between, EarlyEnd, End, Fault, MatchedExchange, Pause, Piece, up_to


class Timeout(Fault, frozen=True, kw_only=True, tag="timeout"):
    """No byte gets through, and the connection closes after ``timeout_ms`` of silence.

    Args:
        timeout_ms: The silence, from 0 to 60,000 milliseconds; 0 keeps the connection open, for a minute at most.
        stream: The affected direction: ``upstream`` or ``downstream``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-TIMEOUT",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("response",)

    timeout_ms: Annotated[int, Between(0, LONGEST_MS)] = 0
    stream: Stream = "downstream"

    def before_request(self, exchange: MatchedExchange) -> Sequence[Act]:
        """Return silence in place of the request, if the stream is upstream."""
        return self._silence() if self.stream == "upstream" else ()

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return silence in place of the response, if the stream is downstream."""
        return self._silence() if self.stream == "downstream" else acts

    def _silence(self) -> Sequence[Act]:
        return (Pause(self.timeout_ms / 1000), End.CLOSE) if self.timeout_ms else (End.STALL,)


class ResetBefore(Fault, frozen=True, kw_only=True, tag="reset_before"):
    """The connection is reset ``delay_ms`` after the request, before the first byte of the response.

    Args:
        delay_ms: The delay before the reset, from 0 to 60,000 milliseconds.
        stream: The affected direction: ``upstream`` or ``downstream``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-RESET-PRE",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("response",)

    delay_ms: Annotated[int, Between(0, LONGEST_MS)] = 0
    stream: Stream = "upstream"

    def before_request(self, exchange: MatchedExchange) -> Sequence[Act]:
        """Return RST before the API receives the request, if the stream is upstream."""
        return _late(self.delay_ms, End.RESET) if self.stream == "upstream" else ()

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return RST instead of the response, if the stream is downstream."""
        return _late(self.delay_ms, End.RESET) if self.stream == "downstream" else acts


class ResetPeer(EarlyEnd, frozen=True, kw_only=True, tag="reset_peer"):
    """The API does its work, but ``delay_ms`` after ``after_bytes`` of the response body the connection is reset.

    Args:
        after_bytes: The number of body bytes that are sent, at least 0.
        delay_ms: The delay before the reset, from 0 to 60,000 milliseconds.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-RESET-POST-HDR", "N-RESET-MID")

    after_bytes: Annotated[int, Between(0)] = 0
    delay_ms: Annotated[int, Between(0, LONGEST_MS)] = 0

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the head and the beginning of the body, then RST."""
        shortened = up_to(acts, self.after_bytes)
        return acts if shortened is None else [*shortened, *_late(self.delay_ms, End.RESET)]


class EmptyResponse(Fault, frozen=True, kw_only=True, tag="empty_response"):
    """The connection closes without a byte of a response.

    Args:
        stream: ``upstream`` (the API receives no request) or ``downstream`` (the API has done its work).

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-EMPTY",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("response",)

    stream: Stream = "upstream"

    def before_request(self, exchange: MatchedExchange) -> Sequence[Act]:
        """Return FIN before the API receives the request, if the stream is upstream."""
        return (End.CLOSE,) if self.stream == "upstream" else ()

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return FIN instead of the response, if the stream is downstream."""
        return (End.CLOSE,) if self.stream == "downstream" else acts


class LimitBytes(EarlyEnd, frozen=True, kw_only=True, tag="limit_data"):
    """The connection closes after ``after_bytes`` of the response body, although more was announced.

    Args:
        after_bytes: The number of body bytes that are sent, at least 0.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-LIMIT",)

    after_bytes: Annotated[int, Between(0)] = 0

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the head and the beginning of the body, then FIN."""
        shortened = up_to(acts, self.after_bytes)
        return acts if shortened is None else [*shortened, End.CLOSE]


class LimitResponse(EarlyEnd, frozen=True, kw_only=True, tag="limit_response"):
    """The connection closes after ``after_bytes`` of the whole response, including its head, as in Toxiproxy.

    Args:
        after_bytes: The number of bytes that are sent, counted from the status line, at least 1. For no bytes there is
            ``empty_response``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("N-LIMIT",)

    after_bytes: Annotated[int, Between(1)] = 100

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the first bytes, then FIN."""
        shortened = up_to(acts, self.after_bytes, counts_head=True)
        return acts if shortened is None else [*shortened, End.CLOSE]


class StallHead(EarlyEnd, frozen=True, kw_only=True, tag="stall_head"):
    """After ``after_bytes`` of the head nothing more arrives, and the connection stays open.

    Args:
        after_bytes: The number of bytes that are sent, counted from the status line, at least 1. For no bytes there is
            ``timeout``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-STALL-HDR",)

    after_bytes: Annotated[int, Between(1)] = 20

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the beginning of the head, then silence; the same acts if the head is not longer."""
        head = [act for act in acts if not (isinstance(act, Piece) and act.is_body)]
        shortened = up_to(head, self.after_bytes, counts_head=True)
        return acts if shortened is None else [*shortened, End.STALL]


class Stall(EarlyEnd, frozen=True, kw_only=True, tag="stall"):
    """After ``after_bytes`` of the response body nothing more arrives, and the connection stays open.

    Args:
        after_bytes: The number of body bytes that are sent, at least 0.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-STALL-BODY",)

    after_bytes: Annotated[int, Between(0)] = 0

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the head and the beginning of the body, then silence."""
        shortened = up_to(acts, self.after_bytes)
        return acts if shortened is None else [*shortened, End.STALL]


def _late(delay_ms: int, end: End) -> Sequence[Act]:
    return (Pause(delay_ms / 1000), end) if delay_ms else (end,)
