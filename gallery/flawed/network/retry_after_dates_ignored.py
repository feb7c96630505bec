"""Ignores a Retry-After header that contains a date, and retries too early.

The header has two forms: seconds, or a date to wait for.
"""

from reference_app import app
from reference_app.fiskil import retry

_retry_after_s = retry.retry_after_s


def retry_after_s(header):
    """Return seconds only if the header is a number."""
    return _retry_after_s(header) if (header or "").strip().isdecimal() else None


retry.retry_after_s = retry_after_s
build = app.build
