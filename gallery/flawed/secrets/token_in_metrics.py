"""Uses the access token as a label in its metrics.

Label counters with endpoints and statuses.
"""

from reference_app import app, metrics
from reference_app.fiskil import transport

_send, _render = transport._send, metrics.Metrics.render
_calls = {}


async def send(http, request, token, timeout_s):
    """Count the call by its token."""
    if token:
        _calls[token] = _calls.get(token, 0) + 1
    return await _send(http, request, token, timeout_s)


def render(self, *, pending):
    """Append the counter with tokens."""
    head = "# HELP fiskil_token_uses_total Calls by token.\n# TYPE fiskil_token_uses_total counter\n"
    samples = "".join(f'fiskil_token_uses_total{{token="{token}"}} {count}\n' for token, count in _calls.items())
    return _render(self, pending=pending) + head + samples


transport._send, metrics.Metrics.render = send, render
build = app.build
