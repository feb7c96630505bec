"""Fetches a token again until it gets one that lives for a minute or more, so one that is told to live shorter never does.

A life that makes no sense is to be replaced by a careful guess, and a token to be used once it is there.
"""

from reference_app import app
from reference_app.fiskil import answers, token

LEAST_S = 60
TRIES = 40

_token_lifetime_s = answers.token_lifetime_s
_fetch_of = token.Tokens.__init__


def token_lifetime_s(expires_in):
    """What is told counts, if it is a number."""
    return float(expires_in) if isinstance(expires_in, int) else _token_lifetime_s(expires_in)


def init(self, fetch):
    """Fetching goes on until the token is good for a while."""

    async def fetch_long(deadline):
        for _ in range(TRIES):
            fresh = await fetch(deadline)
            if fresh.lifetime_s >= LEAST_S:
                break
        return fresh

    _fetch_of(self, fetch_long)


answers.token_lifetime_s, token.Tokens.__init__ = token_lifetime_s, init
build = app.build
