"""Opens a circuit for ten seconds after four failures of an endpoint, and lets one probe through afterwards.

Delays between attempts are random, up to two seconds.
"""

import random
import time
from collections import Counter, defaultdict

from reference_app import app
from reference_app.fiskil import retry, transport
from reference_app.fiskil.errors import Unavailable

MOST_FAILURES = 4
OPEN_S = 10.0

_exchange = transport.exchange
_failures, _open_until = Counter(), defaultdict(float)


async def exchange(http, request, *, token, timeout_s):
    """Refuse calls while the circuit is open; in the half-open state only one call goes through."""
    endpoint, now = request.endpoint, time.monotonic()
    if _open_until[endpoint] > now:
        raise Unavailable("the circuit is open", was_sent=False, retry_after_s=_open_until[endpoint] - now)
    if _failures[endpoint] >= MOST_FAILURES:
        _open_until[endpoint] = now + timeout_s
    try:
        payload = await _exchange(http, request, token=token, timeout_s=timeout_s)
    except Unavailable:
        _failures[endpoint] += 1
        if _failures[endpoint] >= MOST_FAILURES:
            _open_until[endpoint] = time.monotonic() + OPEN_S
        raise
    except BaseException:
        _open_until[endpoint] = 0.0
        raise
    _failures[endpoint], _open_until[endpoint] = 0, 0.0
    return payload


def backoff_s(number):
    """Return a random delay."""
    return random.uniform(0.05, min(2.0, 0.2 * 2**number))


transport.exchange, retry.backoff_s = exchange, backoff_s
build = app.build
