"""Ignores Retry-After and asks again after a moment of its own choosing."""

from reference_app import app
from reference_app.fiskil import retry

retry.retry_after_s = lambda _: None
build = app.build
