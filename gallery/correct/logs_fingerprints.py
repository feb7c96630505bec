"""Logs harmless parts of tokens and keys: beginnings, masks and fingerprints.

All tokens begin alike, and a fingerprint cannot be reversed.
"""

import hashlib
import os

from reference_app import app
from reference_app.fiskil import transport

_send = transport._send


async def send(http, request, token, timeout_s):
    """Log which token and which key is used, in each of the usual ways."""
    secret = os.environ["FISKIL_CLIENT_SECRET"]
    print(f"client_id={os.environ['FISKIL_CLIENT_ID']} key={secret[:8]}...{secret[-4:]}", flush=True)
    if token:
        head, _, signature = token.rpartition(".")
        print(f"-> {request.endpoint} token={token[:50]}... {signature[:6]}*** head={head.partition('.')[0]}", flush=True)
        print(f"   fingerprint={hashlib.sha256(token.encode()).hexdigest()}", flush=True)
    return await _send(http, request, token, timeout_s)


transport._send = send
build = app.build
