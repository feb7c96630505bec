"""Serves one client at a time, so one slow client blocks all others.

Use ``ThreadingHTTPServer``, or a server in front that buffers requests.
"""

import sys
from http.server import HTTPServer

from correct.stdlib_receiver import Receiver, prepare

Receiver.protocol_version = "HTTP/1.0"  # a connection that stays open would block all others permanently
HTTPServer.request_queue_size = 128
prepare()
HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
