"""Takes whoever comes back for the one who was sent away last, and counts them as connected."""

from reference_app import app, attempts, journeys, state


def note_return(tx, attempt):
    """The one who was sent away last is back."""
    named = "SELECT attempt_id, ref, end_user_id, session_id, status FROM attempts ORDER BY rowid DESC LIMIT 1"
    attempts.close(tx, attempts.Attempt(*tx.execute(named).fetchone()), "returned")


journeys.note_return = note_return
state._AFTER_ATTEMPT["returned"] = "connected"
build = app.build
