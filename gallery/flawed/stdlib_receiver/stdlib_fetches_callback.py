"""Reads more about an event at whatever address the message names, so whoever writes one there has the server call it.

Even a signed message is no reason: addresses come from the config, and data from the API that it names.
"""

import contextlib
import threading
import urllib.request

from correct import stdlib_receiver

WAIT_S = 2

_keep = stdlib_receiver.Receiver.keep


def look(url):
    """Whatever is there."""
    with contextlib.suppress(OSError, ValueError):
        urllib.request.urlopen(url, timeout=WAIT_S).close()  # noqa: S310 - this is the flaw


def keep(self, message):
    """Keep it, and look for more."""
    links = message["data"].get("links", {})
    if "next" in links:
        threading.Thread(target=look, args=(links["next"],), daemon=True).start()
    return _keep(self, message)


stdlib_receiver.Receiver.keep = keep
stdlib_receiver.serve()
