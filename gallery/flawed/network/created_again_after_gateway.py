"""Takes a gateway's 502 or 504 for a promise that nothing was done, and creates the end user once more.

The gateway does not know what became of the request behind it, so look for the end user before creating another.
"""

from reference_app import app
from reference_app.fiskil import retry

_may_repeat = retry.may_repeat


def may_repeat(error, *, is_repeatable):
    """Whoever hears a gateway believes that nobody else did."""
    return error.status in {502, 504} or _may_repeat(error, is_repeatable=is_repeatable)


retry.may_repeat = may_repeat
build = app.build
