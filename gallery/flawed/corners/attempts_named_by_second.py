"""Names attempts by the second in which they start, so two people who connect together share an attempt.

Give each attempt a random name.
"""

import time

from reference_app import app, attempts, journeys


class _Clock:
    """Stands for the module ``secrets``."""

    @staticmethod
    def token_urlsafe(_):
        """Return the time instead of random text."""
        return f"attempt-{int(time.time())}"


def begin(tx, attempt_id, ref, end_user_id, session):
    """Record an attempt; one of the same name is replaced."""
    values = (attempt_id, ref, end_user_id, session.session_id, session.expires_at)
    tx.execute("INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, 'pending', ?)", values)


journeys.secrets = _Clock
attempts.begin = begin
build = app.build
