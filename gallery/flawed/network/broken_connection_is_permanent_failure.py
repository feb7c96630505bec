"""Treats a broken connection as a permanent failure, so a stale connection loses a reading.

Servers may close idle connections at any time. Repeat the read on a new connection.
"""

from reference_app import app
from reference_app.fiskil import transport
from reference_app.fiskil.errors import Rejected, Unavailable

_network_failure = transport._network_failure


def network_failure(exception):
    """Reject a request permanently if its connection broke."""
    error = _network_failure(exception)
    return Rejected(error.reason) if type(error) is Unavailable and error.was_sent else error


transport._network_failure = network_failure
build = app.build
