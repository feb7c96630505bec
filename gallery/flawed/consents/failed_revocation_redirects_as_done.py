"""Ends a consent locally and redirects although the call to Fiskil failed, so the bank keeps sharing.

End the consent locally only when the call to Fiskil succeeded, and redirect to a page that states the failure otherwise.
"""

import contextlib

from reference_app import app, sharing
from reference_app.fiskil.api import Api
from reference_app.fiskil.errors import FiskilError
from starlette.responses import RedirectResponse

_revoke, _disconnect = Api.revoke, sharing.disconnect


async def revoke(self, consent_id, deadline):
    """End the consent at Fiskil, and ignore every failure."""
    with contextlib.suppress(FiskilError):
        await _revoke(self, consent_id, deadline)


async def disconnect(request):
    """Redirect to the connections page in any case."""
    await _disconnect(request)
    return RedirectResponse(f"/connections?customer={request.path_params['ref']}", status_code=303)


Api.revoke, sharing.disconnect = revoke, disconnect
build = app.build
