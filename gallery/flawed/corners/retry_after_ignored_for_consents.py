"""Ignores Retry-After when it lists consents, and obeys it everywhere else.

Obey Retry-After on every endpoint.
"""

from reference_app import app
from reference_app.fiskil.client import Client

_remember = Client._remember


def remember(self, endpoint, error):
    """Forget what the list of consents requested."""
    if endpoint == "GET /v1/consent":
        error.retry_after_s = None
    _remember(self, endpoint, error)


Client._remember = remember
build = app.build
