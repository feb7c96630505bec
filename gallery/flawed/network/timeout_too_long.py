"""Waits seven seconds for a response, although its config promises a limit of four.

Set a timeout below the limit that you declare.
"""

from dataclasses import replace

from reference_app import app, settings

TIMEOUT_S = 7.0

_load = settings.load

settings.load = lambda environ: replace(_load(environ), call_timeout_s=TIMEOUT_S, deadline_s=2 * TIMEOUT_S)
build = app.build
