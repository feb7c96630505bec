"""Computes signatures: selects the signed bytes, decodes the key, and writes the result into headers.

The config defines the signature scheme. Signatures, forgeries and re-encodings are all derived from this scheme.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from fiskil_harness.core.config.webhook_format import WHSK, Dialect, Scheme
from fiskil_harness.core.model import Event, Message
from fiskil_harness.errors import ConfigError
from fiskil_harness.webhooks.payload_format import Headers, body_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

JSON: Headers = (("Content-Type", "application/json"),)
WHPK = "whpk_"
SEED_BYTES, PAIR_BYTES = 32, 64
"""Lengths of a private key of Ed25519: alone, or followed by the public key."""


def key_of(secret: str, scheme: Scheme) -> bytes:
    """Return the key that a signing secret encodes; for Ed25519, the private key.

    Raises:
        ConfigError: The secret does not have the format that the scheme requires. The message does not contain it.
    """
    encoded = secret.removeprefix(scheme.key_prefix)
    if scheme.key == "text":
        key = encoded.encode()
    elif scheme.key == "hex":
        key = _from_hex(encoded)
    else:
        key = _from_base64(encoded)
    if not key or (scheme.is_asymmetric and len(key) not in {SEED_BYTES, PAIR_BYTES}):
        raise ConfigError(f"The webhook signing secret is {_problem_of(scheme)}. Paste it as the console shows it.")
    return key[:SEED_BYTES] if scheme.is_asymmetric else key


def public_key_of(secret: str, scheme: Scheme) -> str:
    """Return the key that receivers have, as the console shows it; "" if the scheme has only a shared secret."""
    if not scheme.is_asymmetric:
        return ""
    return WHPK + base64.b64encode(_private_key(key_of(secret, scheme)).public_key().public_bytes_raw()).decode()


def drafted(event: Event, *, attempt: int, dialect: Dialect, sent_at: datetime) -> Message:
    """Return the unsigned message of one delivery attempt for *event*."""
    body, headers = body_of(event, attempt=attempt, payload=dialect.payload)
    timestamp = str(int(sent_at.timestamp())) if dialect.scheme.has_time else ""
    return Message(
        message_id=event.message_id, attempt=attempt, body=body, signature="", fields=headers, timestamp=timestamp
    )


def signed(draft: Message, secret: str, scheme: Scheme) -> Message:
    """Return *draft* with its signature and headers.

    Raises:
        ConfigError: The secret does not have the format that the scheme requires.
    """
    signature = written(mac(draft, key_of(secret, scheme), scheme), scheme)
    return msgspec.structs.replace(draft, signature=signature, headers=(*JSON, *signature_headers(draft, scheme, signature)))


def content(draft: Message, scheme: Scheme) -> bytes:
    """Return the bytes of the message *draft* that *scheme* signs."""
    before, _, after = scheme.signs.partition("{body}")
    return _filled(before, draft).encode() + draft.body + _filled(after, draft).encode()


def mac(draft: Message, key: bytes, scheme: Scheme) -> bytes:
    """Return the digest (HMAC) of the message *draft* under *key*; for Ed25519, the signature."""
    if scheme.is_asymmetric:
        return _private_key(key).sign(content(draft, scheme))
    return hmac.digest(key, content(draft, scheme), scheme.algorithm)


def written(digest: bytes, scheme: Scheme) -> str:
    """Return the signature with *digest*, as it is written in the signature header."""
    return scheme.prefix + (digest.hex() if scheme.digest == "hex" else base64.b64encode(digest).decode())


def digest_in(signature: str, scheme: Scheme) -> bytes:
    """Return the digest that a valid signature contains."""
    text = signature.removeprefix(scheme.prefix)
    return bytes.fromhex(text) if scheme.digest == "hex" else base64.b64decode(text)


def joined(scheme: Scheme, *signatures: str) -> str:
    """Return several signatures for one header. Senders without this feature are taken to separate them by commas."""
    return (scheme.separator or ", ").join(signatures)


def signature_headers(draft: Message, scheme: Scheme, *signatures: str) -> Headers:
    """Return a delivery's headers except the content type. Without *signatures*, the delivery is unsigned."""
    header_names = {name.lower() for name, _ in draft.fields}
    id_line = ((scheme.id_header, draft.message_id),) if scheme.id_header else ()
    time_line = ((scheme.timestamp_header, draft.timestamp),) if scheme.timestamp_header else ()
    return (
        *(line for line in id_line if line[0].lower() not in header_names),
        *draft.fields,
        *time_line,
        *((scheme.header, header_value(draft, scheme, signature)) for signature in signatures),
    )


def header_value(draft: Message, scheme: Scheme, signature: str) -> str:
    """Return the signature header's value of the message *draft* with *signature*, which may be several ``joined`` ones."""
    return _filled(scheme.value, draft).replace("{signature}", signature)


def _filled(template: str, draft: Message) -> str:
    return template.replace("{id}", draft.message_id).replace("{timestamp}", draft.timestamp)


def _private_key(key: bytes) -> "Ed25519PrivateKey":
    """Return a private key of Ed25519. Forgeries use keys of other lengths, which are hashed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key if len(key) == SEED_BYTES else hashlib.sha256(key).digest())


def _from_base64(text: str) -> bytes:
    """Decode base64; the padding may be missing, as libraries of several languages allow."""
    try:
        return base64.b64decode(text if "=" in text else text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _problem_of(scheme: Scheme) -> str:
    form = {"text": "empty", "hex": "not hex", "base64": "not base64"}[scheme.key]
    if scheme.is_asymmetric:
        return f"not a private key of Ed25519: {SEED_BYTES} or {PAIR_BYTES} bytes in {scheme.key}, with or without {WHSK}"
    return f"not {scheme.key_prefix} and {scheme.key}" if scheme.key_prefix else form
