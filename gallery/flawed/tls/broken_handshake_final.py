"""Treats an interrupted TLS handshake as a permanent failure, and gives up the message.

Retry an interrupted handshake. Only an untrusted certificate is permanent.
"""

import httpx
from reference_app import app
from reference_app.fiskil import transport
from reference_app.fiskil.errors import Rejected

_network_failure = transport._network_failure


def network_failure(exception):
    """Reject a request permanently if no connection was made."""
    if isinstance(exception, httpx.ConnectError):
        return Rejected("network: no connection", was_sent=False)
    return _network_failure(exception)


transport._network_failure = network_failure
build = app.build
