"""Retries a forbidden request (403) up to 60 times without a pause.

Do not repeat a refused request. Try again only after a new event or a manual refresh.
"""

from dataclasses import replace

from reference_app import app, settings
from reference_app.fiskil import retry
from reference_app.fiskil.errors import Rejected

_load, _may_repeat, _wait_after = settings.load, retry.may_repeat, retry.wait_after


def is_forbidden(error):
    """Return whether the API responded with 403."""
    return isinstance(error, Rejected) and error.status == 403


def may_repeat(error, *, is_repeatable):
    """Repeat forbidden requests too."""
    return is_forbidden(error) or _may_repeat(error, is_repeatable=is_repeatable)


def wait_after(error, number):
    """Do not wait after a 403."""
    return 0.0 if is_forbidden(error) else _wait_after(error, number)


retry.may_repeat, retry.wait_after = may_repeat, wait_after
settings.load = lambda environ: replace(_load(environ), api_attempts=60)
build = app.build
