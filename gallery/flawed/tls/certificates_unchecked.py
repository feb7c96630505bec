"""Checks no certificate, so whoever stands in between reads the client secret and every row.

Give your HTTP client the authority that it lacks, and leave its checks on.
"""

import ssl

from reference_app import app
from reference_app.fiskil import client


def trusted_certificates(_settings):
    """All of them; it once got in the way."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


client.trusted_certificates = trusted_certificates
build = app.build
