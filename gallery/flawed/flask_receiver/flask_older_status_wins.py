"""Keeps the word of whatever event came last about a consent that goes on: an old beginning hides a newer change.

The end is final, so nothing is revived; but the newest publish_time must decide between the others as well.
"""

from correct import flask_receiver


def apply(database, message):
    """What comes is the newest, unless the consent is over."""
    fact = message["data"]
    group, _, word = fact["event"].partition(".")
    if group == "consent":
        database.execute(
            "INSERT INTO facts VALUES (?, ?, 'consents', ?, '') ON CONFLICT (subject) DO UPDATE SET says = excluded.says"
            " WHERE says <> 'revoked' AND excluded.end_user_id = end_user_id",
            (fact["consent_id"], fact["end_user_id"], word),
        )


flask_receiver.apply = apply
flask_receiver.serve()
