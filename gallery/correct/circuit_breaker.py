"""Stops calling the API for eight seconds after five failed calls in a row, and then tries one call."""

import time

from reference_app import app
from reference_app.fiskil import transport
from reference_app.fiskil.errors import Unavailable

MOST_FAILURES = 5
OPEN_S = 8.0

_exchange = transport.exchange


class Breaker:
    """Counts failed calls in a row; open until a time."""

    failures, open_until = 0, 0.0


async def exchange(http, request, *, token, timeout_s):
    """Refuse the call while the breaker is open."""
    left_s = Breaker.open_until - time.monotonic()
    if left_s > 0:
        raise Unavailable("the circuit breaker is open", was_sent=False, retry_after_s=left_s)
    try:
        payload = await _exchange(http, request, token=token, timeout_s=timeout_s)
    except Unavailable:
        Breaker.failures += 1
        if Breaker.failures >= MOST_FAILURES:
            Breaker.open_until = time.monotonic() + OPEN_S
        raise
    Breaker.failures = 0
    return payload


transport.exchange = exchange
build = app.build
