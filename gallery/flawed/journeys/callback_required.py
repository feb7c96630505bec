"""Never marks an end user as connected unless the browser returns, whatever Fiskil's events state.

Mark an end user as connected when consent.received arrives.
"""

from reference_app import app, attempts, state

_connection = state.connection


def complete(tx, end_user_id):
    """Complete only attempts whose browser has returned."""
    tx.execute("UPDATE attempts SET status = 'completed' WHERE end_user_id = ? AND status = 'returned'", (end_user_id,))


def connection(tx, end_user_id):
    """Return ``pending`` until the browser has returned."""
    return "pending" if attempts.latest_status(tx, end_user_id) == "pending" else _connection(tx, end_user_id)


attempts.complete = complete
state.connection = connection
build = app.build
