"""Asks an API that fails again each quarter of a second, as long as it fails: no pause is longer than the one before.

A pause that doubles, with chance in it, leaves the API room to recover; and a few tries are enough while somebody waits.
"""

from dataclasses import replace

from reference_app import app, settings
from reference_app.fiskil import retry

_load = settings.load

settings.load = lambda environ: replace(_load(environ), api_attempts=16)
retry.backoff_s = lambda _: 0.25
build = app.build
