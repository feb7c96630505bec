"""Repeats a failing call up to 100 times without a pause.

Wait longer after each attempt, and stop after a few.
"""

from dataclasses import replace

from reference_app import app, settings
from reference_app.fiskil import retry

_load = settings.load

settings.load = lambda environ: replace(_load(environ), api_attempts=100)
retry.backoff_s = lambda _: 0.0
build = app.build
