"""Fetches an access token for each call and caches none."""

from reference_app import app
from reference_app.fiskil import token


async def current(self, deadline):
    """Fetch a token."""
    return (await self._fetch(deadline)).text


async def renewed(self, *, stale, deadline):
    """Fetch another token."""
    return (await self._fetch(deadline)).text


token.Tokens.current, token.Tokens.renewed = current, renewed
build = app.build
