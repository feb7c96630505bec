"""Computes signatures: selects the signed bytes, decodes the key, and writes the result into headers.

The config defines the signature scheme. Signatures, forgeries and re-encodings are all derived from this scheme.
"""

import base64
import binascii
import hmac
from datetime import datetime

import msgspec

from fiskil_harness.core.config.webhook_format import WHSEC, Dialect, Scheme
from fiskil_harness.core.model import Event, Message
from fiskil_harness.errors import ConfigError
from fiskil_harness.webhooks.payload_format import Headers, body_of

JSON: Headers = (("Content-Type", "application/json"),)
ID_HEADER = "webhook-id"
TIME_HEADER = "webhook-timestamp"


def key_of(secret: str, scheme: Scheme) -> bytes:
    """Return the key that a signing secret encodes.

    Raises:
        ConfigError: The secret does not have the format that the scheme requires. The message does not contain it.
    """
    if scheme.key == "text" and not scheme.is_standard:
        key = secret.encode()
    elif scheme.key == "hex":
        key = _from_hex(secret)
    else:
        key = _from_base64(secret.removeprefix(WHSEC) if scheme.is_standard else secret)
    if not key:
        raise ConfigError(f"The webhook signing secret is {_problem_of(scheme)}. Paste it as the console shows it.")
    return key


def drafted(event: Event, *, attempt: int, dialect: Dialect, sent_at: datetime) -> Message:
    """Return the unsigned message of one delivery attempt for *event*."""
    body, headers = body_of(event, attempt=attempt, payload=dialect.payload)
    timestamp = str(int(sent_at.timestamp())) if dialect.scheme.is_standard else ""
    return Message(
        message_id=event.message_id, attempt=attempt, body=body, signature="", fields=headers, timestamp=timestamp
    )


def signed(draft: Message, secret: str, scheme: Scheme) -> Message:
    """Return *draft* with its signature and headers.

    Raises:
        ConfigError: The secret does not have the format that the scheme requires.
    """
    signature = header_value(mac(draft, key_of(secret, scheme), scheme), scheme)
    return msgspec.structs.replace(draft, signature=signature, headers=(*JSON, *signature_headers(draft, scheme, signature)))


def content(draft: Message, scheme: Scheme) -> bytes:
    """Return the bytes of the message *draft* that *scheme* signs."""
    if scheme.is_standard:
        return f"{draft.message_id}.{draft.timestamp}.".encode() + draft.body
    return draft.body


def mac(draft: Message, key: bytes, scheme: Scheme) -> bytes:
    """Return the digest (HMAC) of the message *draft* under *key*."""
    return hmac.digest(key, content(draft, scheme), scheme.algorithm)


def header_value(digest: bytes, scheme: Scheme) -> str:
    """Return the value of the signature header for a digest."""
    return scheme.prefix + (digest.hex() if scheme.digest == "hex" else base64.b64encode(digest).decode())


def digest_in(signature: str, scheme: Scheme) -> bytes:
    """Return the digest that a valid signature contains."""
    text = signature.removeprefix(scheme.prefix)
    return bytes.fromhex(text) if scheme.digest == "hex" else base64.b64decode(text)


def signature_headers(draft: Message, scheme: Scheme, *signatures: str) -> Headers:
    """Return a delivery's headers except the content type. Without *signatures*, the delivery is unsigned."""
    header_names = {name.lower() for name, _ in draft.fields}
    headers = draft.fields
    if scheme.is_standard:
        headers = (
            *(() if ID_HEADER in header_names else ((ID_HEADER, draft.message_id),)),
            *headers,
            (TIME_HEADER, draft.timestamp),
        )
    return (*headers, *((scheme.header, signature) for signature in signatures))


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _problem_of(scheme: Scheme) -> str:
    if scheme.is_standard:
        return "not whsec_ and base64"
    return {"text": "empty", "hex": "not hex", "base64": "not base64"}[scheme.key]
