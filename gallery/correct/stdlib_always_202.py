"""Says 202 to whatever comes, which promises nothing, and does what is genuine; only what it could not keep gets 503."""

from correct import stdlib_receiver

_receive = stdlib_receiver.Receiver.receive


def receive(self, body):
    """Nobody learns from the status what became of it."""
    return 503 if _receive(self, body) == 503 else 202


stdlib_receiver.Receiver.receive = receive

if __name__ == "__main__":
    stdlib_receiver.serve()
