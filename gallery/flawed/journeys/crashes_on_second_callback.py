"""Returns a server error when a browser returns a second time for the same attempt.

Show the same page again: browsers reload pages.
"""

from reference_app import app, attempts


def close(tx, attempt, status):
    """Close an attempt, and assume that it is open."""
    result = tx.execute(
        "UPDATE attempts SET status = ? WHERE attempt_id = ? AND status = 'pending' RETURNING rowid",
        (status, attempt.attempt_id),
    )
    (_rowid,) = result.fetchone()
    return True


attempts.close = close
build = app.build
