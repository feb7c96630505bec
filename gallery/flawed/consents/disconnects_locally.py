"""Ends a consent only locally when the end user disconnects, so the bank keeps sharing.

Revoke the consent at Fiskil first, then delete the data.
"""

from reference_app import app
from reference_app.fiskil.api import Api


async def revoke(self, consent_id, deadline):
    """Do nothing at Fiskil."""


Api.revoke = revoke
build = app.build
