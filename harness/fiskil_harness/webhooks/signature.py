"""Signs and verifies webhook messages, for unit tests of a receiver's own code.

::

    from fiskil_harness import signature

    headers = signature.headers(body, secret)
    assert signature.verify(body, headers, secret)
"""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime

from fiskil_harness.core.clock import real_now
from fiskil_harness.core.config.webhook_format import FISKIL, HEADER, Dialect, Payload, Scheme, preset
from fiskil_harness.core.model import Message
from fiskil_harness.webhooks.fiskil_signature import sign
from fiskil_harness.webhooks.signature_schemes import JSON, signature_headers, signed

__all__ = ["FISKIL", "HEADER", "Dialect", "Payload", "Scheme", "headers", "preset", "sign", "verify"]

MOST_DIGITS = 20
"""A time with more digits is no time in seconds."""


def headers(
    body: bytes, secret: str, *, dialect: Dialect = FISKIL, message_id: str = "", sent_at: datetime | None = None
) -> dict[str, str]:
    """Return the headers with which a sender delivers *body*, content type and signature included.

    Args:
        secret: The signing secret, as the sender's console shows it; Fiskil's is base64 of the key.
        dialect: The sender; ``preset("stripe")`` returns a known one.
        message_id: The id of the message, for senders that sign it or send it in a header.
        sent_at: The time of the attempt, for senders that sign it (default: now).

    Raises:
        ConfigError: *secret* does not have the format that the sender uses.

    Source: webhooks.signature
    """
    at = int((sent_at or real_now()).timestamp())
    id_line = ((dialect.payload.id_header, message_id),) if dialect.payload.id_header else ()
    return dict((*JSON, *id_line, *_signed_headers(body, secret, dialect.scheme, message_id=message_id, timestamp=str(at))))


def verify(
    body: bytes, headers: Mapping[str, str], secret: str, *, dialect: Dialect = FISKIL, at: datetime | None = None
) -> bool:
    """Return whether *headers* contain a valid signature of *body*, whose time is within the sender's tolerance.

    Args:
        headers: The headers of the request; their names may be in any case.
        secret: The signing secret, as the sender's console shows it.
        dialect: The sender.
        at: The time at which the message arrives (default: now).

    Raises:
        ConfigError: *secret* does not have the format that the sender uses.

    Source: webhooks.signature
    """
    scheme, by_name = dialect.scheme, {name.lower(): value for name, value in headers.items()}
    parts = re.fullmatch(_pattern_of(scheme), by_name.get(scheme.header.lower(), ""))
    if parts is None:
        return False
    found = parts.groupdict()
    timestamp = found.get("timestamp") or by_name.get(scheme.timestamp_header.lower(), "")
    if scheme.has_time and not _is_recent(timestamp, scheme, at or real_now()):
        return False
    message_id = by_name.get(scheme.id_header.lower(), "")
    if scheme.signs_id and re.search("[\ud800-\udfff]", message_id):
        return False  # A lone surrogate has no bytes, so no sender can have signed it.
    expected = dict(_signed_headers(body, secret, scheme, message_id=message_id, timestamp=timestamp))[scheme.header]
    right = re.fullmatch(_pattern_of(scheme), expected)
    assert right is not None
    candidates = found["signature"].split(scheme.separator) if scheme.separator else [found["signature"]]
    return any(
        hmac.compare_digest(candidate.encode(errors="replace"), right["signature"].encode()) for candidate in candidates
    )


def _signed_headers(
    body: bytes, secret: str, scheme: Scheme, *, message_id: str, timestamp: str
) -> tuple[tuple[str, str], ...]:
    draft = Message(
        message_id=message_id, attempt=1, body=body, signature="", timestamp=timestamp if scheme.has_time else ""
    )
    return signature_headers(draft, scheme, signed(draft, secret, scheme).signature)


def _pattern_of(scheme: Scheme) -> str:
    """Return the regular expression of the signature header's value."""
    pattern = re.escape(scheme.value)
    for name, text in (("signature", ".+"), ("timestamp", r"\d+")):
        pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>{text})")
    return pattern


def _is_recent(timestamp: str, scheme: Scheme, at: datetime) -> bool:
    """Return whether *timestamp* is within the tolerance; a time in the future counts unless the sender accepts it."""
    if not (timestamp.isascii() and timestamp.isdecimal()) or len(timestamp) > MOST_DIGITS:
        return False
    age_s = int(at.timestamp()) - int(timestamp)
    return age_s <= scheme.tolerance_s and (scheme.accepts_future or age_s >= -scheme.tolerance_s)
