"""Answers 204 to a wrong signature as it does to a right one, and ignores the message.

Nothing forged gets in. But with a wrong secret, after a rotation perhaps, it acknowledges and drops every event in silence.
"""

from correct import stdlib_receiver

_receive = stdlib_receiver.Receiver.receive


def receive(self, body):
    """Never let on."""
    status = _receive(self, body)
    return 204 if status == 401 else status


stdlib_receiver.Receiver.receive = receive
stdlib_receiver.serve()
