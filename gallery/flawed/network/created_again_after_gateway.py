"""Creates the end user again after a 502 or 504, although the first request may have succeeded.

A gateway does not know whether the server processed the request. Search for the end user before you create another.
"""

from reference_app import app
from reference_app.fiskil import retry

_may_repeat = retry.may_repeat


def may_repeat(error, *, is_repeatable):
    """Repeat every request after 502 or 504."""
    return error.status in {502, 504} or _may_repeat(error, is_repeatable=is_repeatable)


retry.may_repeat = may_repeat
build = app.build
