"""Accepts expired certificates, because it does not check their dates.

Leave the date check enabled, and set the machine's clock correctly.
"""

import ssl

from reference_app import app
from reference_app.fiskil import client

NO_CHECK_TIME = 0x200000
_trusted_certificates = client.trusted_certificates


def trusted_certificates(settings):
    """Disable the date check."""
    context = _trusted_certificates(settings)
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


client.trusted_certificates = trusted_certificates
build = app.build
