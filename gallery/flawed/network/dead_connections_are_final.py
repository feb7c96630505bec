"""Takes a connection that breaks for a refusal, so one that was kept too long costs the reading that went over it.

Servers close idle connections at any moment: reading again over another one is safe, and enough.
"""

from reference_app import app
from reference_app.fiskil import transport
from reference_app.fiskil.errors import Rejected, Unavailable

_network_failure = transport._network_failure


def network_failure(trouble):
    """It broke, so it will not work."""
    error = _network_failure(trouble)
    return Rejected(error.reason) if type(error) is Unavailable and error.was_sent else error


transport._network_failure = network_failure
build = app.build
