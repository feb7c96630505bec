"""Accepts only token responses that match the documentation, and treats all others as failures."""

from reference_app import app
from reference_app.fiskil import answers
from reference_app.fiskil.errors import Unavailable

_token = answers.token


def token(payload):
    """Raise Unavailable unless ``token`` is present and ``expires_in`` is valid."""
    seconds = payload.get("expires_in") if isinstance(payload, dict) else None
    is_whole = isinstance(seconds, int) and 0 < seconds <= answers.LONGEST_TOKEN_S
    if not is_whole or "token" not in payload:
        raise Unavailable("an answer about a token that makes no sense")
    return _token(payload)


answers.token = token
build = app.build
