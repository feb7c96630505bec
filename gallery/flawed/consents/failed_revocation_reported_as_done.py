"""Reports a consent as ended although the call to Fiskil failed, so the bank keeps sharing.

Report the failure to the person, or repeat the call until it succeeds.
"""

import contextlib

from reference_app import app
from reference_app.fiskil.api import Api
from reference_app.fiskil.errors import FiskilError

_revoke = Api.revoke


async def revoke(self, consent_id, deadline):
    """End the consent at Fiskil, and ignore every failure."""
    with contextlib.suppress(FiskilError):
        await _revoke(self, consent_id, deadline)


Api.revoke = revoke
build = app.build
