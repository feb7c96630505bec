"""Uses the old token until the new one has arrived, so parallel calls are each refused once.

All of them wait for the same new token.
"""

from reference_app import app
from reference_app.fiskil import token

_current, _renew = token.Tokens.current, token.Tokens._renew


async def current(self, deadline):
    """Return the old token while the new one is being fetched."""
    return getattr(self, "_old", "") or await _current(self, deadline)


async def renew(self, deadline):
    """Keep the old token during the renewal."""
    self._old = self._text
    try:
        await _renew(self, deadline)
    finally:
        self._old = ""


token.Tokens.current, token.Tokens._renew = current, renew
build = app.build
