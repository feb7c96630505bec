"""Takes the connection from the newest attempt, so a connected customer who cancels another attempt seems unconnected.

Let an active consent decide, and an attempt only if there is none.
"""

from reference_app import app, attempts, state

_connection = state.connection


def connection(tx, end_user_id):
    """Return the status of the newest attempt if it was cancelled or failed, even if a consent is active."""
    newest = attempts.latest_status(tx, end_user_id)
    return newest if newest in {"cancelled", "failed"} else _connection(tx, end_user_id)


state.connection = connection
build = app.build
