"""Reads message_id with a regular expression and with a JSON parser, which can find different ids.

Use one parser for both. Here a message with two ids is dropped if its first id is known, although its last id is new.
"""

import re

from correct import stdlib_receiver

stdlib_receiver.TABLES += "CREATE TABLE IF NOT EXISTS seen (message_id TEXT PRIMARY KEY);"

FIRST_ID = re.compile(rb'"message_id"\s*:\s*"([^"]*)"')


class Receiver(stdlib_receiver.Receiver):
    """A receiver that reads the id before it parses."""

    def receive(self, body):
        """Remember the first id in the text."""
        match = FIRST_ID.search(body)
        self.first_id = match[1].decode("utf-8", "replace") if match else None
        return super().receive(body)

    def keep(self, message):
        """Store the message with both ids."""
        return super().keep({**message, "first_id": self.first_id or message["message_id"]})


_claim = stdlib_receiver.claim


def claim(database, message):
    """Claim the first id in the text once."""
    is_new = database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (message["first_id"],)).rowcount
    return is_new and _claim(database, message)


stdlib_receiver.claim, stdlib_receiver.Receiver = claim, Receiver
stdlib_receiver.serve()
