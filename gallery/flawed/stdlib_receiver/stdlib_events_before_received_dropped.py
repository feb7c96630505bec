"""Acknowledges and discards events of a consent whose consent.received has not arrived yet.

Events arrive in any order. Store them, create the consent, or refuse them with 503 until consent.received arrives.
"""

from correct import stdlib_receiver

_keep = stdlib_receiver.Receiver.keep


def keep(self, message):
    """Store the message only if its consent is known or begins."""
    fact = message["data"]
    database = stdlib_receiver.open_database()
    is_known = database.execute("SELECT 1 FROM consents WHERE consent_id = ?", (fact["consent_id"],)).fetchone()
    database.close()
    return _keep(self, message) if is_known or fact["event"] == "consent.received" else 204


stdlib_receiver.Receiver.keep = keep
stdlib_receiver.serve()
