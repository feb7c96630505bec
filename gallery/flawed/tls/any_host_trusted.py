"""Checks who signed a certificate and not whose it is, so any host with a good one can pass for Fiskil.

Leave the check of host names on; call the API by a name that its certificate holds.
"""

from reference_app import app
from reference_app.fiskil import client

_trusted_certificates = client.trusted_certificates


def trusted_certificates(settings):
    """Those of the authority, for any host."""
    context = _trusted_certificates(settings)
    context.check_hostname = False
    return context


client.trusted_certificates = trusted_certificates
build = app.build
