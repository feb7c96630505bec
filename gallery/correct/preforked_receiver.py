"""Two processes share one port; the parent forks again whoever dies. All that they have in common is the database."""

import os
import sys

from correct import stdlib_receiver

WORKERS = 2


def serve():
    """Listen once, and let every worker answer."""
    stdlib_receiver.prepare()
    server = stdlib_receiver.Server(("127.0.0.1", int(sys.argv[1])), stdlib_receiver.Receiver)
    for _ in range(WORKERS):
        fork(server)
    while True:
        os.wait()
        fork(server)


def fork(server):
    """One more worker."""
    if os.fork() == 0:
        server.serve_forever()


if __name__ == "__main__":
    serve()
