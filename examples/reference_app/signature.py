"""Fiskil's signature: base64 of HMAC-SHA256 over the raw body, in ``X-Fiskil-Signature``.

It covers the bytes as they arrived. Parsing, trimming or re-encoding them before verification allows forgeries.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

HEADER = "x-fiskil-signature"


def is_genuine(body: bytes, signatures: Sequence[str], key: bytes) -> bool:
    """Return whether exactly one signature was sent and it is the one that *key* gives for *body*.

    Texts are compared as bytes and in constant time, so no header can raise an error or reveal how close it was.
    """
    if len(signatures) != 1:
        return False
    return hmac.compare_digest(sign(body, key), signatures[0].encode("latin-1", "replace"))


def sign(body: bytes, key: bytes) -> bytes:
    """Return the only correct header value."""
    return base64.b64encode(hmac.digest(key, body, hashlib.sha256))
