"""Serves at most four refreshes at once, and responds 503 with Retry-After to the others."""

from reference_app import app, sharing
from starlette.responses import JSONResponse

_refresh = sharing.refresh
_busy = []


async def refresh(request):
    """Refuse the fifth refresh."""
    if len(_busy) >= 4:
        headers = {"Retry-After": "2"}
        return JSONResponse({"error": "busy", "message": "Try again in a moment."}, status_code=503, headers=headers)
    _busy.append(1)
    try:
        return await _refresh(request)
    finally:
        _busy.pop()


sharing.refresh = refresh
build = app.build
