"""Keeps a history of what changed, a revision that counts it, and a list of messages that failed; all are in the state."""

from reference_app import app, schema, state

TABLE = "CREATE TABLE IF NOT EXISTS history (end_user_id TEXT, consent_id TEXT, status TEXT)"
NOTE = "INSERT INTO history VALUES (new.end_user_id, new.consent_id, new.status)"
TRIGGERS = (
    f"CREATE TRIGGER IF NOT EXISTS added AFTER INSERT ON consents BEGIN {NOTE}; END",
    "CREATE TRIGGER IF NOT EXISTS changed AFTER UPDATE OF status ON consents"
    f" WHEN old.status <> new.status BEGIN {NOTE}; END",
)

_of_end_user, _create = state.of_end_user, schema.create


def create(tx):
    """Create the table and its triggers."""
    _create(tx)
    for statement in (TABLE, *TRIGGERS):
        tx.execute(statement)


def of_end_user(tx, end_user_id):
    """Add history, revision and failed messages."""
    history = tx.execute("SELECT consent_id, status FROM history WHERE end_user_id = ? ORDER BY rowid", (end_user_id,))
    notes = [dict(row) for row in history]
    failed = tx.execute(
        "SELECT message_id, event, reason, tries FROM inbox WHERE end_user_id = ? AND status = 'failed'", (end_user_id,)
    )
    dead = [dict(row) for row in failed]
    return {**_of_end_user(tx, end_user_id), "history": notes, "revision": len(notes), "failed_messages": dead}


schema.create, state.of_end_user = create, of_end_user
build = app.build
