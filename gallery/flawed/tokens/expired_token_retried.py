"""Sends a token that was refused again and again before it thinks of fetching a new one."""

from reference_app import app
from reference_app.fiskil import retry
from reference_app.fiskil.errors import Refused

_may_repeat = retry.may_repeat


def may_repeat(error, *, is_repeatable):
    """Perhaps it is accepted the next time."""
    is_about_token = isinstance(error, Refused) and error.was_sent
    return is_about_token or _may_repeat(error, is_repeatable=is_repeatable)


retry.may_repeat = may_repeat
build = app.build
