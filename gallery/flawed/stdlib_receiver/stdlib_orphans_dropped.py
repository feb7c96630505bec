"""Acknowledges and forgets events about a consent whose beginning it has not been told yet.

Events come in any order: keep them, create what is missing, or refuse them with 503 until the beginning has come.
"""

from correct import stdlib_receiver

_keep = stdlib_receiver.Receiver.keep


def keep(self, message):
    """Nobody here by that name."""
    fact = message["data"]
    database = stdlib_receiver.open_database()
    is_known = database.execute("SELECT 1 FROM consents WHERE consent_id = ?", (fact["consent_id"],)).fetchone()
    database.close()
    return _keep(self, message) if is_known or fact["event"] == "consent.received" else 204


stdlib_receiver.Receiver.keep = keep
stdlib_receiver.serve()
