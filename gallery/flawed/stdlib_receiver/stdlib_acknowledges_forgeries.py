"""Responds 204 to a delivery with a wrong signature, and ignores the message.

Respond 401. Otherwise a wrong secret, for example after a rotation, makes the receiver discard every event unnoticed.
"""

from correct import stdlib_receiver

_receive = stdlib_receiver.Receiver.receive


def receive(self, body):
    """Replace 401 with 204."""
    status = _receive(self, body)
    return 204 if status == 401 else status


stdlib_receiver.Receiver.receive = receive
stdlib_receiver.serve()
