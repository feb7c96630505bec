"""Refuses messages with a field that its schema does not list, so the first new field of the vendor stops every event.

Fields and kinds of events are added without notice: ignore what you do not know, and acknowledge it.
"""

from correct import flask_receiver

KNOWN = {"event", "consent_id", "client_id", "end_user_id", "institution_id", "account_ids", "payee_ids"}

_understood = flask_receiver.understood


def understood(message):
    """Exactly what the documentation shows."""
    known = _understood(message)
    return known if known and known["data"].keys() <= KNOWN else None


flask_receiver.understood = understood
flask_receiver.serve()
