"""The bearer token: fetched once, shared by all calls, renewed before it expires or when Fiskil refuses it.

If many calls find the token expired at once, one of them renews it and the others wait for the result.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from reference_app import alerts, logs
from reference_app.fiskil import limits, responses
from reference_app.fiskil.errors import FiskilError, Refused, Rejected, TimedOut
from reference_app.fiskil.limits import Deadline

LONGEST_MARGIN_S = 60.0
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 60.0


class Tokens:
    """The token cache; *fetch* requests a new token from Fiskil."""

    def __init__(self, fetch: Callable[[Deadline], Awaitable[responses.Token]]) -> None:
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._text = ""
        self._usable_until = 0.0
        self._refusals = 0
        self._paused_until = 0.0
        self._failed_at = 0.0
        self._failure: FiskilError | None = None

    async def current(self, deadline: Deadline) -> str:
        """Return a token that is currently usable."""
        if self.is_usable():
            return self._text
        return await self.renewed(stale=self._text, deadline=deadline)

    async def renewed(self, *, stale: str, deadline: Deadline) -> str:
        """Return a token other than *stale*; one that another caller has just fetched is fine.

        Raises:
            Refused: Fiskil rejects the credentials, now or a moment ago.
            TimedOut: There was no token before the deadline.
        """
        requested_at = time.monotonic()
        try:
            async with limits.within(deadline.left_s()), self._lock:
                if self._failure and self._failed_at > requested_at:
                    raise self._failure
                if not (self.is_usable() and is_already_renewed(stale, self._text)):
                    await self._renew(deadline)
                return self._text
        except TimeoutError:
            raise TimedOut("no token in time", was_sent=False) from None

    def is_usable(self) -> bool:
        """Return whether the cached token may still be sent."""
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
        """Record a failure, so that callers that waited for this renewal share it and do not each try again."""
        self._failure, self._failed_at = error, time.monotonic()
        return error

    def _refused(self, error: FiskilError) -> Refused:
        """Record a refusal; another request with the same credentials would only add load on both sides."""
        pause_s = refusal_pause_s(self._refusals)
        self._refusals += 1
        self._paused_until = time.monotonic() + pause_s
        logs.warn("credentials_refused", status=error.status, error_id=error.error_id, reason=error.reason)
        alerts.send("credentials_refused", reason=error.reason, error_id=error.error_id)
        return Refused(error.reason, status=error.status, error_id=error.error_id, retry_after_s=pause_s, was_sent=False)


def is_already_renewed(stale: str, cached: str) -> bool:
    """Return whether another caller has renewed the token since the caller took *stale*."""
    return bool(cached) and cached != stale


def margin_s(lifetime_s: float) -> float:
    """Return how many seconds before its expiry a token is no longer sent."""
    return min(LONGEST_MARGIN_S, lifetime_s / 10)


def refusal_pause_s(refusals: int) -> float:
    """Return the seconds to wait after refused credentials; longer each time."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * float(2**refusals))
