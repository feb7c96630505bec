"""Accepts only token responses that match the documentation, and treats all others as failures."""

from reference_app import app
from reference_app.fiskil import responses
from reference_app.fiskil.errors import Unavailable

_token = responses.token


def token(payload):
    """Raise Unavailable unless ``token`` is present and ``expires_in`` is valid."""
    seconds = payload.get("expires_in") if isinstance(payload, dict) else None
    is_whole = isinstance(seconds, int) and 0 < seconds <= responses.LONGEST_TOKEN_S
    if not is_whole or "token" not in payload:
        raise Unavailable("an invalid token response")
    return _token(payload)


responses.token = token
build = app.build
