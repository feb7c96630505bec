"""Writes every body into its log, account numbers and all, and its secret when it starts.

Log message_id and event. A log is read by more people than the database, and kept longer.
"""

import os

from correct import stdlib_receiver

_receive = stdlib_receiver.Receiver.receive


def receive(self, body):
    """Leave nothing out."""
    print("body", body, flush=True)
    return _receive(self, body)


stdlib_receiver.Receiver.receive = receive
print("starting with", os.environ["FISKIL_WEBHOOK_SECRET"], flush=True)
stdlib_receiver.serve()
