"""Takes the API's 204 for a failure, so a page with an error follows a revocation that succeeded.

Every status from 200 to 299 is a success; a 204 has no body to parse.
"""

from reference_app import app
from reference_app.fiskil.api import Api
from reference_app.fiskil.errors import FiskilError

_revoke = Api.revoke


async def revoke(self, consent_id, deadline):
    """End the consent at Fiskil, and require a body."""
    await _revoke(self, consent_id, deadline)
    raise FiskilError("the response has no body")


Api.revoke = revoke
build = app.build
