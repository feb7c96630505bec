"""The reference app, which writes and tells every secret that it has in every spelling, and notes them for the test.

``KNOWN`` is the file with one secret a line. ``REFUSES`` lets it end with them in its last words.
"""

import base64
import json
import os
from pathlib import Path
from urllib.parse import quote

from reference_app import app, sharing
from reference_app.fiskil import transport

_send, _refresh = transport._send, sharing.refresh
_seen: dict[str, None] = {}


def note(secret: str) -> None:
    """Let the test know it, and write it in each way."""
    if secret in _seen:
        return
    _seen[secret] = None
    with Path(os.environ["KNOWN"]).open("a", encoding="utf-8") as known:
        known.write(f"{secret}\n")
    print(f"error plain {secret} half {secret[len(secret) // 2 :]} URL {quote(quote(secret, safe=''), safe='')}", flush=True)
    print(f"error base64 {base64.b64encode(f'id:{secret}'.encode()).decode()} hex {secret.encode().hex(':')}", flush=True)
    print("error escaped", "".join(f"\\u{ord(one):04x}" for one in secret), flush=True)


async def send(http, request, token, timeout_s):
    """Say what is sent, and put it where it does not belong."""
    for secret in (os.environ["FISKIL_CLIENT_SECRET"], os.environ["FISKIL_WEBHOOK_SECRET"], token):
        if secret:
            note(secret)
    return await _send(http, request, token, timeout_s)


async def refresh(request):
    """Tell everything."""
    answer = await _refresh(request)
    return sharing.JSONResponse({**json.loads(answer.body), "told": list(_seen)}, status_code=answer.status_code)


def build():
    """Start, or end at once with many words."""
    if os.environ.get("REFUSES"):
        note(os.environ["FISKIL_CLIENT_SECRET"])
        note(os.environ["FISKIL_WEBHOOK_SECRET"])
        raise SystemExit(f"cannot start with {os.environ['FISKIL_CLIENT_SECRET'][4:20]}")
    return app.build()


transport._send, sharing.refresh = send, refresh
