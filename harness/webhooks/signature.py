"""Fiskil's signature scheme: ``X-Fiskil-Signature`` is base64 of HMAC-SHA256 over the raw body."""

import base64
import binascii
import hashlib
import hmac

from harness.errors import ConfigError

HEADER = "X-Fiskil-Signature"


def sign(body: bytes, secret: str) -> str:
    """Sign *body* as the real sender does.

    Args:
        secret: Base64 of the signing key, as the console shows it.

    Raises:
        ConfigError: *secret* is not base64.

    Source: webhooks.signature
    """
    return base64.b64encode(digest(body, key_of(secret))).decode()


def key_of(secret: str) -> bytes:
    """Decode a signing secret; the complaint never carries it."""
    try:
        key = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise ConfigError("The webhook signing secret is not base64. Paste it as the console shows it.")
    return key


def digest(body: bytes, key: bytes) -> bytes:
    """HMAC-SHA256 of *body* under *key*."""
    return hmac.new(key, body, hashlib.sha256).digest()
