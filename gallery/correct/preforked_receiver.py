"""Serves one port with two processes that share only the database, and replaces a process that dies."""

import os
import sys

from correct import stdlib_receiver

WORKERS = 2


def serve():
    """Open the port once, and serve it with every worker."""
    stdlib_receiver.prepare()
    server = stdlib_receiver.Server(("127.0.0.1", int(sys.argv[1])), stdlib_receiver.Receiver)
    for _ in range(WORKERS):
        fork(server)
    while True:
        os.wait()
        fork(server)


def fork(server):
    """Start one more worker."""
    if os.fork() == 0:
        server.serve_forever()


if __name__ == "__main__":
    serve()
