"""An app that requests the institutions from the API when it gets a refresh; its environment decides how careful it is.

It trusts the CA in ``CA``, or the system's. ``MANNER`` is careful; careless (verifies nothing); plain (tries http after
https); early (requests at its start, and does not start otherwise); hurt (requests nothing after the first failure); deaf
(never requests anything); or once (requests at the first refresh only).
"""

import contextlib
import os
import ssl
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.error import HTTPError

MANNER, API, MARK = os.environ["MANNER"], os.environ["API"], Path(os.environ["MARK"])
CONTEXT = ssl.create_default_context(cafile=os.environ.get("CA") or None)
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=CONTEXT))
FAILED = []


def fetch(origin: str) -> None:
    """Make one call, and ignore error responses."""
    with contextlib.suppress(HTTPError), OPENER.open(f"{origin}/v1/institutions", timeout=20) as response:
        response.read()


def refresh() -> None:
    """Make calls in its manner."""
    if MANNER == "deaf" or (MANNER == "hurt" and FAILED) or (MANNER == "once" and MARK.exists()):
        return
    MARK.touch()
    try:
        fetch(API)
    except OSError:
        FAILED.append(API)
        if MANNER == "plain":
            with contextlib.suppress(OSError):
                fetch(API.replace("https:", "http:"))


class Handler(BaseHTTPRequestHandler):
    """Handles a refresh."""

    def do_POST(self) -> None:
        """Refresh, and return 200 whatever the result."""
        refresh()
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Do nothing."""


if MANNER == "careless":
    CONTEXT.check_hostname = False
    CONTEXT.verify_mode = ssl.CERT_NONE
if MANNER == "early":
    fetch(API)
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
