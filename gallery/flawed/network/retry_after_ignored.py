"""Ignores Retry-After and retries after its own delay.

Wait at least as long as Retry-After states.
"""

from reference_app import app
from reference_app.fiskil import retry

retry.retry_after_s = lambda _: None
build = app.build
