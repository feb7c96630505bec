"""Tells tokens and keys apart in its log, and gives none away: beginnings, masks, fingerprints, and whose they are.

The head of a token is the same in all of them, and a fingerprint cannot be turned back.
"""

import hashlib
import os

from reference_app import app
from reference_app.fiskil import transport

_send = transport._send


async def send(http, request, token, timeout_s):
    """Say which token and which key it was, in each of the usual ways."""
    secret = os.environ["FISKIL_CLIENT_SECRET"]
    print(f"client_id={os.environ['FISKIL_CLIENT_ID']} key={secret[:8]}...{secret[-4:]}", flush=True)
    if token:
        head, _, signature = token.rpartition(".")
        print(f"-> {request.endpoint} token={token[:50]}... {signature[:6]}*** head={head.partition('.')[0]}", flush=True)
        print(f"   fingerprint={hashlib.sha256(token.encode()).hexdigest()}", flush=True)
    return await _send(http, request, token, timeout_s)


transport._send = send
build = app.build
