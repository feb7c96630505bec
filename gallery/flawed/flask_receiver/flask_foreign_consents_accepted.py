"""Finds a consent by its id alone, so a message that names another end user changes it.

Find a consent by consent id and end user id together, and ignore a message that names a wrong pair.
"""

from correct import flask_receiver


def note(database, subject, fact, about, says, published):
    """Store a fact unless a newer one is stored, whichever end user it names."""
    database.execute(
        "INSERT INTO facts VALUES (?, ?, ?, ?, ?) ON CONFLICT (subject) DO UPDATE"
        " SET says = excluded.says, published = excluded.published WHERE excluded.published > published",
        (subject, fact["end_user_id"], about, says, published),
    )


flask_receiver.note = note
flask_receiver.serve()
