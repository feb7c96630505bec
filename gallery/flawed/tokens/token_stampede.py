"""Lets each call that finds the token dead fetch a new one by itself: many at once storm the token endpoint.

One of them should fetch it behind a lock, and the others take what it has brought.
"""

from reference_app import app
from reference_app.fiskil import token


async def renewed(self, *, stale, deadline):
    """Everybody for themselves."""
    fresh = await self._fetch(deadline)
    self._text = fresh.text
    self._usable_until = token.time.monotonic() + fresh.lifetime_s - token.margin_s(fresh.lifetime_s)
    return fresh.text


token.Tokens.renewed = renewed
build = app.build
