"""Counts everybody who comes back from the consent page as connected, also those who cancelled there."""

from reference_app import app, attempts, state

_close = attempts.close

attempts.close = lambda tx, attempt, _: _close(tx, attempt, "returned")
state._AFTER_ATTEMPT["returned"] = "connected"
build = app.build
