"""Fiskil's signature scheme: ``X-Fiskil-Signature`` is base64 of HMAC-SHA256 over the raw body.

Alternative interpretations of Fiskil's documentation, and configs for other senders, use other schemes (see
``signature_schemes``).
"""

import hashlib
import hmac

from fiskil_harness.core.config.webhook_format import DOCUMENTED, HEADER, SCHEMES_BY_INTERPRETATION
from fiskil_harness.core.model import Message
from fiskil_harness.webhooks import signature_schemes


def sign(body: bytes, secret: str, *, scheme: str = DOCUMENTED) -> str:
    """Sign *body* as the real sender does.

    Args:
        secret: Base64 of the signing key, as the console shows it.
        scheme: The interpretation of the clause ``webhooks.signature``.

    Raises:
        ConfigError: *secret* is not base64.

    Source: webhooks.signature
    """
    draft = Message(message_id="", attempt=1, body=body, signature="")
    return signature_schemes.signed(draft, secret, SCHEMES_BY_INTERPRETATION[scheme]).signature


def key_of(secret: str) -> bytes:
    """Return the key that Fiskil's signing secret *secret* encodes.

    Raises:
        ConfigError: *secret* is not base64. The message does not contain it.
    """
    return signature_schemes.key_of(secret, SCHEMES_BY_INTERPRETATION[DOCUMENTED])


def digest(body: bytes, key: bytes) -> bytes:
    """Return HMAC-SHA256 of *body* under *key*."""
    return hmac.digest(key, body, hashlib.sha256)


__all__ = ["DOCUMENTED", "HEADER", "digest", "key_of", "sign"]
