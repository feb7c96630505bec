"""Looks a consent up by its id alone, so a message in the name of another end user changes it all the same.

Look end_user_id and consent_id up together, and let a message that names a wrong pair change nothing.
"""

from correct import flask_receiver


def note(database, subject, fact, about, says, published):
    """Keep a fact unless a newer one is known; whose it is was told the first time."""
    database.execute(
        "INSERT INTO facts VALUES (?, ?, ?, ?, ?) ON CONFLICT (subject) DO UPDATE"
        " SET says = excluded.says, published = excluded.published WHERE excluded.published > published",
        (subject, fact["end_user_id"], about, says, published),
    )


flask_receiver.note = note
flask_receiver.serve()
