"""Counts nobody as connected whose browser never came back, whatever Fiskil's events say."""

from reference_app import app, attempts, state

_connection = state.connection


def complete(tx, end_user_id):
    """A consent has arrived for somebody who came back."""
    tx.execute("UPDATE attempts SET status = 'completed' WHERE end_user_id = ? AND status = 'returned'", (end_user_id,))


def connection(tx, end_user_id):
    """Pending until the browser is back."""
    return "pending" if attempts.latest_status(tx, end_user_id) == "pending" else _connection(tx, end_user_id)


attempts.complete = complete
state.connection = connection
build = app.build
