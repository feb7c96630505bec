"""The reference app, but it logs and returns every secret that it has in many encodings, and lists them for the test.

``KNOWN`` is the file with one secret per line. With ``REFUSES`` it exits with secrets in its last output.
"""

import base64
import json
import os
from pathlib import Path
from urllib.parse import quote

from reference_app import app, sharing
from reference_app.fiskil import transport

_send, _refresh = transport._send, sharing.refresh
_noted: dict[str, None] = {}


def note(secret: str) -> None:
    """Write a secret to the test's file, and log it in each encoding."""
    if secret in _noted:
        return
    _noted[secret] = None
    with Path(os.environ["KNOWN"]).open("a", encoding="utf-8") as known:
        known.write(f"{secret}\n")
    print(f"error plain {secret} half {secret[len(secret) // 2 :]} URL {quote(quote(secret, safe=''), safe='')}", flush=True)
    print(f"error base64 {base64.b64encode(f'id:{secret}'.encode()).decode()} hex {secret.encode().hex(':')}", flush=True)
    print("error escaped", "".join(f"\\u{ord(letter):04x}" for letter in secret), flush=True)


async def send(http, request, token, timeout_s):
    """Log the secrets of a request before it is sent."""
    for secret in (os.environ["FISKIL_CLIENT_SECRET"], os.environ["FISKIL_WEBHOOK_SECRET"], token):
        if secret:
            note(secret)
    return await _send(http, request, token, timeout_s)


async def refresh(request):
    """Return all secrets in the response."""
    response = await _refresh(request)
    return sharing.JSONResponse({**json.loads(response.body), "noted": list(_noted)}, status_code=response.status_code)


def build():
    """Start, or exit at once with secrets in the output."""
    if os.environ.get("REFUSES"):
        note(os.environ["FISKIL_CLIENT_SECRET"])
        note(os.environ["FISKIL_WEBHOOK_SECRET"])
        raise SystemExit(f"cannot start with {os.environ['FISKIL_CLIENT_SECRET'][4:20]}")
    return app.build()


transport._send, sharing.refresh = send, refresh
