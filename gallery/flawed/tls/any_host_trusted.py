"""Accepts a valid certificate for any host name.

Leave the host name check enabled, and call the API by a name in its certificate.
"""

from reference_app import app
from reference_app.fiskil import client

_trusted_certificates = client.trusted_certificates


def trusted_certificates(settings):
    """Disable the host name check."""
    context = _trusted_certificates(settings)
    context.check_hostname = False
    return context


client.trusted_certificates = trusted_certificates
build = app.build
