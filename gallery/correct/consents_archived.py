"""Keeps a note about each consent that it has used and that ended, and about each failed attempt to connect."""

import time

from reference_app import app, attempts, consents, state

_forget_rows, _of_end_user, _close = consents.forget_rows, state.of_end_user, attempts.close
CREATE = "CREATE TABLE IF NOT EXISTS archive (end_user_id TEXT, consent_id TEXT, at REAL, banks TEXT, had_rows INTEGER)"


def forget_rows(tx, consent_id):
    """Write a note before the rows are deleted, once for each consent of which the app had rows."""
    tx.execute(CREATE)
    consent = consents.find(tx, consent_id)
    (count,) = tx.execute("SELECT count(*) FROM transactions WHERE consent_id = ?", (consent_id,)).fetchone()
    if consent is not None and (count or consent["is_synced"]):
        note = (consent["end_user_id"], consent_id, time.time(), consent["institution_name"], count)
        tx.execute("INSERT INTO archive VALUES (?, ?, ?, ?, ?)", note)
    _forget_rows(tx, consent_id)


def of_end_user(tx, end_user_id):
    """Add the notes to the state; an end user without any has no such field."""
    tx.execute(CREATE)
    notes = tx.execute("SELECT consent_id, banks, had_rows FROM archive WHERE end_user_id = ? ORDER BY at", (end_user_id,))
    failed = tx.execute(
        "SELECT status FROM attempts WHERE end_user_id = ? AND status IN ('failed', 'cancelled')", (end_user_id,)
    )
    extra = {"past_consents": [dict(note) for note in notes], "failed_attempts": [row["status"] for row in failed]}
    return {**_of_end_user(tx, end_user_id), **{name: values for name, values in extra.items() if values}}


consents.forget_rows, state.of_end_user = forget_rows, of_end_user
build = app.build
