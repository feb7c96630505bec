"""Takes a signature that looks like a token at its word and fetches the key from where it says, before it refuses it.

A receiver knows its key. An address in a request is a stranger's wish.
"""

import asyncio
import base64
import contextlib
import json
import urllib.request

from correct import starlette_receiver

WAIT_S = 2

_is_genuine = starlette_receiver.is_genuine
_under_way = set()


def fetch(url):
    """The key, surely."""
    with contextlib.suppress(OSError, ValueError):
        urllib.request.urlopen(url, timeout=WAIT_S).close()  # noqa: S310 - this is the flaw


def is_genuine(body, signatures):
    """Fetch the key of a token; the token itself is refused, for want of a library."""
    for signature in signatures:
        head, dot, _ = signature.partition(".")
        with contextlib.suppress(ValueError, KeyError, TypeError):
            url = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["jku"] if dot else ""
            task = asyncio.ensure_future(asyncio.to_thread(fetch, url))
            _under_way.add(task)
            task.add_done_callback(_under_way.discard)
    return _is_genuine(body, signatures)


starlette_receiver.is_genuine = is_genuine
build = starlette_receiver.build
