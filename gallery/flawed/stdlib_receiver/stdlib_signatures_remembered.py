"""Remembers the signatures that it has had instead of message ids, and decodes base64 leniently: respelt, it is a new one.

A retry has another signature by itself. What identifies a message is ``message_id`` in its signed body.
"""

import base64
import hmac

from correct import stdlib_receiver


def is_genuine(body, signatures):
    """Whether what the text decodes to is right."""
    try:
        given = base64.urlsafe_b64decode(signatures[0].strip().replace("+", "-").replace("/", "_").rstrip("=") + "==")
    except (IndexError, ValueError):
        return False
    return hmac.compare_digest(hmac.digest(stdlib_receiver.KEY, body, "sha256"), given)


class Receiver(stdlib_receiver.Receiver):
    """Files a message under its signature."""

    def keep(self, message):
        """Whatever id it carries."""
        return super().keep({**message, "signature": self.headers["X-Fiskil-Signature"]})


stdlib_receiver.TABLES += "CREATE TABLE IF NOT EXISTS signatures (text TEXT PRIMARY KEY);"


def claim(database, message):
    """Once per signature."""
    is_new = database.execute("INSERT OR IGNORE INTO signatures VALUES (?)", (message["signature"],)).rowcount
    count = "INSERT INTO applied VALUES (?, 1) ON CONFLICT (message_id) DO UPDATE SET times = times + 1"
    return is_new and database.execute(count, (message["message_id"],)).rowcount


stdlib_receiver.is_genuine, stdlib_receiver.claim, stdlib_receiver.Receiver = is_genuine, claim, Receiver
stdlib_receiver.serve()
