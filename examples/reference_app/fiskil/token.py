"""The bearer token: fetched once, shared by all, renewed shortly before it ends or when Fiskil says it has.

However many calls find the token expired at once, one of them renews it and the others wait for that.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from reference_app import alerts, logs
from reference_app.fiskil import answers, limits
from reference_app.fiskil.errors import FiskilError, Refused, Rejected, TimedOut
from reference_app.fiskil.limits import Deadline

LONGEST_MARGIN_S = 60.0
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 60.0


class Tokens:
    """The one place that holds a token. *fetch* asks Fiskil for a new one."""

    def __init__(self, fetch: Callable[[Deadline], Awaitable[answers.Token]]) -> None:
        self._fetch = fetch
        self._alone = asyncio.Lock()
        self._text = ""
        self._usable_until = 0.0
        self._refusals = 0
        self._paused_until = 0.0
        self._failed_at = 0.0
        self._failure: FiskilError | None = None

    async def current(self, deadline: Deadline) -> str:
        """A token that is good for now."""
        if self.is_usable():
            return self._text
        return await self.renewed(stale=self._text, deadline=deadline)

    async def renewed(self, *, stale: str, deadline: Deadline) -> str:
        """Another token than *stale*; the one somebody else has just fetched is as good.

        Raises:
            Refused: Fiskil does not accept our credentials, now or a moment ago.
        """
        asked_at = time.monotonic()
        try:
            async with limits.within(deadline.left_s()), self._alone:
                if self._failure and self._failed_at > asked_at:
                    raise self._failure
                if not (self.is_usable() and is_already_renewed(stale, self._text)):
                    await self._renew(deadline)
                return self._text
        except TimeoutError:
            raise TimedOut("no token in time", was_sent=False) from None

    def is_usable(self) -> bool:
        """Whether the cached token may still be sent."""
        return bool(self._text) and time.monotonic() < self._usable_until

    async def _renew(self, deadline: Deadline) -> None:
        pause_s = self._paused_until - time.monotonic()
        if pause_s > 0:
            raise Refused("the credentials were refused a moment ago", retry_after_s=pause_s, was_sent=False)
        self._text = ""
        try:
            fresh = await self._fetch(deadline)
        except (Refused, Rejected) as error:
            raise self._failed(self._refused(error)) from None
        except FiskilError as error:
            raise self._failed(error) from None
        self._text = fresh.text
        self._usable_until = time.monotonic() + fresh.lifetime_s - margin_s(fresh.lifetime_s)
        self._refusals = 0

    def _failed(self, error: FiskilError) -> FiskilError:
        """Let those who waited for this renewal share its failure, instead of failing one after another."""
        self._failure, self._failed_at = error, time.monotonic()
        return error

    def _refused(self, error: FiskilError) -> Refused:
        """Remember a refusal: asking again with the same credentials would only add noise at both ends."""
        pause_s = refusal_pause_s(self._refusals)
        self._refusals += 1
        self._paused_until = time.monotonic() + pause_s
        logs.warn("credentials_refused", status=error.status, error_id=error.error_id, reason=error.reason)
        alerts.send("credentials_refused", reason=error.reason, error_id=error.error_id)
        return Refused(error.reason, status=error.status, error_id=error.error_id, retry_after_s=pause_s, was_sent=False)


def is_already_renewed(stale: str, cached: str) -> bool:
    """Whether somebody else has renewed the token since the caller took *stale*."""
    return bool(cached) and cached != stale


def margin_s(lifetime_s: float) -> float:
    """How long before its end a token is no longer sent."""
    return min(LONGEST_MARGIN_S, lifetime_s / 10)


def refusal_pause_s(refusals: int) -> float:
    """How long to leave Fiskil alone after bad credentials; longer each time."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * float(2**refusals))
