"""An app that asks the API for its institutions when it is told to refresh, as careful or careless as its environment says.

It knows the authority in ``CA``, or none. ``MANNER`` is careful; careless (checks nothing); plain (tries http after https);
early (asks when it starts, and does not start otherwise); hurt (asks no more after the first failure); deaf (never asks);
or once (asks at the first refresh alone).
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
    """One call, whatever the answer says."""
    with contextlib.suppress(HTTPError), OPENER.open(f"{origin}/v1/institutions", timeout=20) as answer:
        answer.read()


def refresh() -> None:
    """As its manner is."""
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


class Answer(BaseHTTPRequestHandler):
    """Refreshes, and says so."""

    def do_POST(self) -> None:
        """Whatever came of it."""
        refresh()
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Write nothing."""


if MANNER == "careless":
    CONTEXT.check_hostname = False
    CONTEXT.verify_mode = ssl.CERT_NONE
if MANNER == "early":
    fetch(API)
HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
