"""Sends a refused token again several times before it fetches a new one.

After a 401, renew the token once and repeat the call once.
"""

from reference_app import app
from reference_app.fiskil import retry
from reference_app.fiskil.errors import Refused

_may_repeat = retry.may_repeat


def may_repeat(error, *, is_repeatable):
    """Repeat a call whose token was refused."""
    is_about_token = isinstance(error, Refused) and error.was_sent
    return is_about_token or _may_repeat(error, is_repeatable=is_repeatable)


retry.may_repeat = may_repeat
build = app.build
