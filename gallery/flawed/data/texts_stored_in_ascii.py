"""Shows texts right until it restarts: its database has the encoding ASCII, with a question mark for each other letter."""

from reference_app import app, schema

_create = schema.create


def create(tx):
    """Create the tables, and read the stored descriptions again."""
    _create(tx)
    for row in tx.execute("SELECT rowid, description FROM transactions").fetchall():
        stored = (row["description"] or "").encode("ascii", "replace").decode()
        tx.execute("UPDATE transactions SET description = ? WHERE rowid = ?", (stored, row["rowid"]))


schema.create = create
build = app.build
