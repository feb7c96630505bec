"""Does not look at the dates of a certificate, so one that expired, and may be in other hands, is as good as new.

Set the clock of the machine right, and leave the check of dates on.
"""

import ssl

from reference_app import app
from reference_app.fiskil import client

NO_CHECK_TIME = 0x200000
_trusted_certificates = client.trusted_certificates


def trusted_certificates(settings):
    """Those of the authority, from any time."""
    context = _trusted_certificates(settings)
    context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


client.trusted_certificates = trusted_certificates
build = app.build
