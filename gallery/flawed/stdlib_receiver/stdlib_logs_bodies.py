"""Logs every body, including account numbers, and its secret at startup.

Log message_id and event. More people read a log than a database, and it is kept longer.
"""

import os

from correct import stdlib_receiver

_receive = stdlib_receiver.Receiver.receive


def receive(self, body):
    """Print the whole body."""
    print("body", body, flush=True)
    return _receive(self, body)


stdlib_receiver.Receiver.receive = receive
print("starting with", os.environ["FISKIL_WEBHOOK_SECRET"], flush=True)
stdlib_receiver.serve()
