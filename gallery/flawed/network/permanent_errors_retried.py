"""Repeats a refused request up to ten times, although the response is always the same.

Retry only after temporary failures: network errors, 429 and 5xx.
"""

from dataclasses import replace

from reference_app import app, settings
from reference_app.fiskil import retry
from reference_app.fiskil.errors import Rejected

_load, _may_repeat = settings.load, retry.may_repeat


def may_repeat(error, *, is_repeatable):
    """Repeat refused requests too."""
    return isinstance(error, Rejected) or _may_repeat(error, is_repeatable=is_repeatable)


settings.load = lambda environ: replace(_load(environ), api_attempts=10)
retry.may_repeat = may_repeat
retry.LONGEST_WAIT_S = 0.2
build = app.build
