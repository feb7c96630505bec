"""Reads Retry-After as seconds only, so a date says nothing to it and it comes back too soon.

The header has two forms, and a date is to be taken as the time until then.
"""

from reference_app import app
from reference_app.fiskil import retry

_retry_after_s = retry.retry_after_s


def retry_after_s(header):
    """A number, or nothing."""
    return _retry_after_s(header) if (header or "").strip().isdecimal() else None


retry.retry_after_s = retry_after_s
build = app.build
