"""Assigns every callback to the newest attempt, and marks that end user as connected.

Find the attempt by the id in the callback URL, and let only consent.received connect an end user.
"""

from reference_app import app, attempts, journeys, state


def note_return(tx, attempt):
    """Close the newest attempt of all customers."""
    select = "SELECT attempt_id, ref, end_user_id, session_id, status FROM attempts ORDER BY rowid DESC LIMIT 1"
    attempts.close(tx, attempts.Attempt(*tx.execute(select).fetchone()), "returned")


journeys.note_return = note_return
state._AFTER_ATTEMPT["returned"] = "connected"
build = app.build
