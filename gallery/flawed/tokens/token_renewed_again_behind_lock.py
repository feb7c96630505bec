"""Renews the token behind a lock, but does not check there whether another call has already renewed it.

Compare the cached token with the refused one after you have the lock.
"""

from reference_app import app
from reference_app.fiskil import limits, token


async def renewed(self, *, stale, deadline):
    """Wait for the lock, then renew the token in any case."""
    async with limits.within(deadline.left_s()), self._lock:
        await self._renew(deadline)
        return self._text


token.Tokens.renewed = renewed
build = app.build
