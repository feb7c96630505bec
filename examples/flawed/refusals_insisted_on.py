"""Takes a 403 for passing weather and asks again at once, dozens of times.

What was refused must not be repeated; it is looked at again when something new is told.
"""

from dataclasses import replace

from reference_app import app, settings
from reference_app.fiskil import retry
from reference_app.fiskil.errors import Rejected

_load, _may_repeat = settings.load, retry.may_repeat


def may_repeat(error, *, is_repeatable):
    """Perhaps it helps."""
    if isinstance(error, Rejected) and error.status == 403:
        return True
    return _may_repeat(error, is_repeatable=is_repeatable)


retry.may_repeat = may_repeat
retry.backoff_s = lambda _: 0.0
settings.load = lambda environ: replace(_load(environ), api_attempts=60)
build = app.build
