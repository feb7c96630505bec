"""Takes a connection that did not come about for one that was refused, and gives the message up for good.

A certificate that cannot be trusted stays so, but a handshake that was interrupted is as good as new a moment later.
"""

import httpx
from reference_app import app
from reference_app.fiskil import transport
from reference_app.fiskil.errors import Rejected

_network_failure = transport._network_failure


def network_failure(trouble):
    """Where there is no connection there never will be."""
    if isinstance(trouble, httpx.ConnectError):
        return Rejected("network: no connection", was_sent=False)
    return _network_failure(trouble)


transport._network_failure = network_failure
build = app.build
