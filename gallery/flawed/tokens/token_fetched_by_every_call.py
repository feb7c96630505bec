"""Fetches a new token in every call that finds the token expired.

Let one call fetch the token behind a lock, and let the others use the result.
"""

from reference_app import app
from reference_app.fiskil import token


async def renewed(self, *, stale, deadline):
    """Fetch a token without a lock."""
    fresh = await self._fetch(deadline)
    self._text = fresh.text
    self._usable_until = token.time.monotonic() + fresh.lifetime_s - token.margin_s(fresh.lifetime_s)
    return fresh.text


token.Tokens.renewed = renewed
build = app.build
