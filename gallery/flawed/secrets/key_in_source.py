"""Tries a client secret from its source code before the one from the environment.

Read the credentials from the environment only.
"""

from dataclasses import replace

from reference_app import app
from reference_app.fiskil.client import Client
from reference_app.fiskil.errors import FiskilError

_fetch_token = Client._fetch_token
PASTED = "fsk_pasted_one_evening_and_never_removed_again"


async def fetch_token(self, deadline):
    """Fetch a token with the old secret first."""
    own = self._settings
    try:
        self._settings = replace(own, client_secret=PASTED)
        return await _fetch_token(self, deadline)
    except FiskilError:
        self._settings = own
        return await _fetch_token(self, deadline)
    finally:
        self._settings = own


Client._fetch_token = fetch_token
build = app.build
