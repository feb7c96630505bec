"""Takes a 403 for passing weather and asks again at once, dozens of times.

What was refused must not be repeated; it is looked at again when something new is told.
"""

from dataclasses import replace

from reference_app import app, settings
from reference_app.fiskil import retry
from reference_app.fiskil.errors import Rejected

_load, _may_repeat, _wait_after = settings.load, retry.may_repeat, retry.wait_after


def is_forbidden(error):
    """Whether it is the refusal that this app does not believe."""
    return isinstance(error, Rejected) and error.status == 403


def may_repeat(error, *, is_repeatable):
    """Perhaps it helps."""
    return is_forbidden(error) or _may_repeat(error, is_repeatable=is_repeatable)


def wait_after(error, number):
    """At once."""
    return 0.0 if is_forbidden(error) else _wait_after(error, number)


retry.may_repeat, retry.wait_after = may_repeat, wait_after
settings.load = lambda environ: replace(_load(environ), api_attempts=60)
build = app.build
