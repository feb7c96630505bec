"""Accepts every certificate, so an attacker on the network can read the client secret.

Add the missing CA to your HTTP client, and leave its checks enabled.
"""

import ssl

from reference_app import app
from reference_app.fiskil import client


def trusted_certificates(_settings):
    """Disable all checks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


client.trusted_certificates = trusted_certificates
build = app.build
