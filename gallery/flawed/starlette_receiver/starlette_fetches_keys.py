"""Fetches a key from the URL in a token-like signature before it refuses the delivery.

A receiver has its key already. Never request a URL from an unverified request.
"""

import asyncio
import base64
import contextlib
import json
import urllib.request

from correct import starlette_receiver

WAIT_S = 2

_is_genuine = starlette_receiver.is_genuine
_tasks = set()


def fetch(url):
    """Request the URL of the key."""
    with contextlib.suppress(OSError, ValueError):
        urllib.request.urlopen(url, timeout=WAIT_S).close()  # noqa: S310 - this is the flaw


def is_genuine(body, signatures):
    """Fetch the key that a token names; refuse the token in any case."""
    for signature in signatures:
        head, dot, _ = signature.partition(".")
        with contextlib.suppress(ValueError, KeyError, TypeError):
            url = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["jku"] if dot else ""
            task = asyncio.ensure_future(asyncio.to_thread(fetch, url))
            _tasks.add(task)
            task.add_done_callback(_tasks.discard)
    return _is_genuine(body, signatures)


starlette_receiver.is_genuine = is_genuine
build = starlette_receiver.build
