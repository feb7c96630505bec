"""Refuses messages with a field that is not in its schema, so a new field stops every event.

Ignore unknown fields and acknowledge unknown events: Fiskil may add them without notice.
"""

from correct import flask_receiver

KNOWN = {"event", "consent_id", "client_id", "end_user_id", "institution_id", "account_ids", "payee_ids"}

_understood = flask_receiver.understood


def understood(message):
    """Return the message if it has only the documented fields."""
    valid = _understood(message)
    return valid if valid and valid["data"].keys() <= KNOWN else None


flask_receiver.understood = understood
flask_receiver.serve()
