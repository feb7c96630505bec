"""Signature schemes at work: what is signed, with which key, and how the result is written into headers.

A scheme is a value of the config; everything here follows from it, forgeries and re-encodings too.
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
    """Turn a signing secret into the key; the complaint never carries it.

    Raises:
        ConfigError: The secret has not the form that the scheme wants.
    """
    if scheme.key == "text" and not scheme.is_standard:
        key = secret.encode()
    elif scheme.key == "hex":
        key = _from_hex(secret)
    else:
        key = _from_base64(secret.removeprefix(WHSEC) if scheme.is_standard else secret)
    if not key:
        raise ConfigError(f"The webhook signing secret is {_complaint(scheme)}. Paste it as the console shows it.")
    return key


def drafted(event: Event, *, attempt: int, dialect: Dialect, sent_at: datetime) -> Message:
    """The message of an attempt, unsigned."""
    body, told = body_of(event, attempt=attempt, payload=dialect.payload)
    timestamp = str(int(sent_at.timestamp())) if dialect.scheme.is_standard else ""
    return Message(message_id=event.message_id, attempt=attempt, body=body, signature="", fields=told, timestamp=timestamp)


def signed(draft: Message, secret: str, scheme: Scheme) -> Message:
    """*draft* with the signature of what it is now."""
    signature = spelt(mac(draft, key_of(secret, scheme), scheme), scheme)
    return msgspec.structs.replace(draft, signature=signature, headers=(*JSON, *lines(draft, scheme, signature)))


def content(draft: Message, scheme: Scheme) -> bytes:
    """What is signed."""
    if scheme.is_standard:
        return f"{draft.message_id}.{draft.timestamp}.".encode() + draft.body
    return draft.body


def mac(draft: Message, key: bytes, scheme: Scheme) -> bytes:
    """The right digest of *draft* under *key*."""
    return hmac.digest(key, content(draft, scheme), scheme.algorithm)


def spelt(digest: bytes, scheme: Scheme) -> str:
    """A digest as the header carries it."""
    return scheme.prefix + (digest.hex() if scheme.digest == "hex" else base64.b64encode(digest).decode())


def digest_in(signature: str, scheme: Scheme) -> bytes:
    """The digest that a right signature spells."""
    text = signature.removeprefix(scheme.prefix)
    return bytes.fromhex(text) if scheme.digest == "hex" else base64.b64decode(text)


def lines(draft: Message, scheme: Scheme, *signatures: str) -> Headers:
    """The headers of a delivery that the content type is not one of; without *signatures* it is unsigned."""
    known = {name.lower() for name, _ in draft.fields}
    told = draft.fields
    if scheme.is_standard:
        told = (*(() if ID_HEADER in known else ((ID_HEADER, draft.message_id),)), *told, (TIME_HEADER, draft.timestamp))
    return (*told, *((scheme.header, signature) for signature in signatures))


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


def _complaint(scheme: Scheme) -> str:
    if scheme.is_standard:
        return "not whsec_ and base64"
    return {"text": "empty", "hex": "not hex", "base64": "not base64"}[scheme.key]
