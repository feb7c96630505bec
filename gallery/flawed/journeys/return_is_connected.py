"""Marks an end user as connected when the browser returns, even after a cancellation.

Let only consent.received connect an end user.
"""

from reference_app import app, attempts, state

_close = attempts.close

attempts.close = lambda tx, attempt, _: _close(tx, attempt, "returned")
state._AFTER_ATTEMPT["returned"] = "connected"
build = app.build
