"""Requests a URL that a message contains, so the sender of a message controls what the server calls.

Take URLs from the config and data from the API, even if the message is signed.
"""

import contextlib
import threading
import urllib.request

from correct import stdlib_receiver

WAIT_S = 2

_keep = stdlib_receiver.Receiver.keep


def fetch(url):
    """Request the URL."""
    with contextlib.suppress(OSError, ValueError):
        urllib.request.urlopen(url, timeout=WAIT_S).close()  # noqa: S310 - this is the flaw


def keep(self, message):
    """Store the message, and request its link."""
    links = message["data"].get("links", {})
    if "next" in links:
        threading.Thread(target=fetch, args=(links["next"],), daemon=True).start()
    return _keep(self, message)


stdlib_receiver.Receiver.keep = keep
stdlib_receiver.serve()
