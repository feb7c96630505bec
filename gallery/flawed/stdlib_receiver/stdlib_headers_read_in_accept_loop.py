"""Waits for the headers of a request before it accepts the next connection.

Start the thread of a connection before you read from it.
"""

import socket
import time

from correct import stdlib_receiver

PATIENCE_S = 1.0

start_thread = stdlib_receiver.Server.process_request


def process_request(self, request, client_address):
    """Wait until the headers have arrived, then start the thread of the request."""
    give_up_at = time.monotonic() + PATIENCE_S
    request.settimeout(PATIENCE_S)
    try:
        while b"\r\n\r\n" not in (received := request.recv(65536, socket.MSG_PEEK)):
            if not received or time.monotonic() > give_up_at:
                return self.shutdown_request(request)
            time.sleep(0.005)
    except OSError:
        return self.shutdown_request(request)
    return start_thread(self, request, client_address)


stdlib_receiver.Server.process_request = process_request
stdlib_receiver.serve()
