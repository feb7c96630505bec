"""Waits seven seconds for an answer, though its config promises to give up after four."""

from dataclasses import replace

from reference_app import app, settings

PATIENCE_S = 7.0

_load = settings.load

settings.load = lambda environ: replace(_load(environ), call_timeout_s=PATIENCE_S, deadline_s=2 * PATIENCE_S)
build = app.build
