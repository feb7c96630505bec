"""Looks for ``message_id`` in the raw text to see whether it knows it, and applies what its parser finds: of two, the last.

A message whose first id is known is dropped, though it would be filed under another. One parser must decide about both.
"""

import re

from correct import stdlib_receiver

stdlib_receiver.TABLES += "CREATE TABLE IF NOT EXISTS seen (message_id TEXT PRIMARY KEY);"

FIRST_ID = re.compile(rb'"message_id"\s*:\s*"([^"]*)"')


class Receiver(stdlib_receiver.Receiver):
    """Reads the id before it parses."""

    def receive(self, body):
        """Keep what was found in the text."""
        found = FIRST_ID.search(body)
        self.found = found[1].decode("utf-8", "replace") if found else None
        return super().receive(body)

    def keep(self, message):
        """Both ids go on together."""
        return super().keep({**message, "found": self.found or message["message_id"]})


_claim = stdlib_receiver.claim


def claim(database, message):
    """Once per id in the text."""
    is_new = database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (message["found"],)).rowcount
    return is_new and _claim(database, message)


stdlib_receiver.claim, stdlib_receiver.Receiver = claim, Receiver
stdlib_receiver.serve()
