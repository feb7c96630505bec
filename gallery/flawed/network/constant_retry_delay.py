"""Retries a failing call every quarter of a second, without increasing the delay.

Double the delay each time and add a random part. A few attempts are enough while a customer waits.
"""

from dataclasses import replace

from reference_app import app, settings
from reference_app.fiskil import retry

_load = settings.load

settings.load = lambda environ: replace(_load(environ), api_attempts=16)
retry.backoff_s = lambda _: 0.25
build = app.build
