"""Keeps a customer's lock when a refresh fails, so no later refresh of this customer works.

Release the lock in a ``finally`` block.
"""

from reference_app import app, sharing
from starlette.responses import JSONResponse

_refresh = sharing.refresh
_locked = set()


async def refresh(request):
    """Release the lock only after a successful refresh."""
    ref = request.path_params["ref"]
    if ref in _locked:
        return JSONResponse({"error": "locked", "message": "Another refresh is in progress."}, status_code=502)
    _locked.add(ref)
    response = await _refresh(request)
    if response.status_code < 500:
        _locked.discard(ref)
    return response


sharing.refresh = refresh
build = app.build
