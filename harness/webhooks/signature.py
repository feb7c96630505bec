"""Fiskil's signature scheme: ``X-Fiskil-Signature`` is base64 of HMAC-SHA256 over the raw body.

Other schemes that some sources show can be chosen as readings; nobody but a sandbox that was told so signs by them.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable

from harness.errors import ConfigError

HEADER = "X-Fiskil-Signature"
DOCUMENTED = "base64-decoded-key"


def sign(body: bytes, secret: str, *, scheme: str = DOCUMENTED) -> str:
    """Sign *body* as the real sender does.

    Args:
        secret: Base64 of the signing key, as the console shows it.
        scheme: A reading of the clause.

    Raises:
        ConfigError: *secret* is not base64.

    Source: webhooks.signature
    """
    return _SCHEMES[scheme](body, secret)


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


_SCHEMES: dict[str, Callable[[bytes, str], str]] = {
    DOCUMENTED: lambda body, secret: base64.b64encode(digest(body, key_of(secret))).decode(),
    "raw-key-hex": lambda body, secret: digest(body, secret.encode()).hex(),
    "prefixed-hex": lambda body, secret: "sha256=" + digest(body, key_of(secret)).hex(),
}
