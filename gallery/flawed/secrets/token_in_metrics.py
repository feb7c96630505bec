"""Counts its calls by the token that they were made with, so whoever reads the metrics can call too.

Label counters with endpoints and statuses.
"""

from reference_app import app, metrics
from reference_app.fiskil import transport

_send, _render = transport._send, metrics.Metrics.render
_calls = {}


async def send(http, request, token, timeout_s):
    """Count by token."""
    if token:
        _calls[token] = _calls.get(token, 0) + 1
    return await _send(http, request, token, timeout_s)


def render(self, *, pending):
    """One sample more."""
    head = "# HELP fiskil_token_uses_total Calls by token.\n# TYPE fiskil_token_uses_total counter\n"
    samples = "".join(f'fiskil_token_uses_total{{token="{token}"}} {count}\n' for token, count in _calls.items())
    return _render(self, pending=pending) + head + samples


transport._send, metrics.Metrics.render = send, render
build = app.build
