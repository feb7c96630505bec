"""Identifies messages by their signatures, so a replay with a re-encoded signature is applied again.

Identify a message by ``message_id`` in its signed body. A retry has another signature, and base64 can be written in
several ways.
"""

import base64
import hmac

from correct import stdlib_receiver


def is_genuine(body, signatures):
    """Return whether the leniently decoded signature is correct."""
    try:
        signature = base64.urlsafe_b64decode(signatures[0].strip().replace("+", "-").replace("/", "_").rstrip("=") + "==")
    except (IndexError, ValueError):
        return False
    return hmac.compare_digest(hmac.digest(stdlib_receiver.KEY, body, "sha256"), signature)


class Receiver(stdlib_receiver.Receiver):
    """A receiver that adds the signature to each message."""

    def keep(self, message):
        """Store the message under its signature."""
        return super().keep({**message, "signature": self.headers["X-Fiskil-Signature"]})


stdlib_receiver.TABLES += "CREATE TABLE IF NOT EXISTS signatures (text TEXT PRIMARY KEY);"


def claim(database, message):
    """Claim a signature once."""
    is_new = database.execute("INSERT OR IGNORE INTO signatures VALUES (?)", (message["signature"],)).rowcount
    count = "INSERT INTO applied VALUES (?, 1) ON CONFLICT (message_id) DO UPDATE SET times = times + 1"
    return is_new and database.execute(count, (message["message_id"],)).rowcount


stdlib_receiver.is_genuine, stdlib_receiver.claim, stdlib_receiver.Receiver = is_genuine, claim, Receiver
stdlib_receiver.serve()
