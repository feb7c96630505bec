"""Takes an access token for each call and keeps none: more exchanges than are needed, and none that is not used."""

from reference_app import app
from reference_app.fiskil import token


async def current(self, deadline):
    """A new one."""
    return (await self._fetch(deadline)).text


async def renewed(self, *, stale, deadline):
    """Another new one, once."""
    return (await self._fetch(deadline)).text


token.Tokens.current, token.Tokens.renewed = current, renewed
build = app.build
