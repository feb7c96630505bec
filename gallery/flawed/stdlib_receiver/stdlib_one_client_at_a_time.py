"""Serves one client at a time, so somebody who sends a byte at a time keeps everybody else waiting.

``HTTPServer`` without threads is for trying things out; take ``ThreadingHTTPServer``, or put a server that buffers in front.
"""

import sys
from http.server import HTTPServer

from correct.stdlib_receiver import Receiver, prepare

Receiver.protocol_version = "HTTP/1.0"  # a connection that stays open would block all others for good
HTTPServer.request_queue_size = 128
prepare()
HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
