"""Responds 202 to every delivery, and 503 only if it cannot store a message.

It applies genuine messages only.
"""

from correct import stdlib_receiver

_receive = stdlib_receiver.Receiver.receive


def receive(self, body):
    """Return 202 whether the message was applied or refused."""
    return 503 if _receive(self, body) == 503 else 202


stdlib_receiver.Receiver.receive = receive

if __name__ == "__main__":
    stdlib_receiver.serve()
