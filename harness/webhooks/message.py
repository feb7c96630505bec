"""Sealing: an event becomes the exact bytes that go on the wire."""

from typing import Any

import msgspec

from harness.clock import rfc3339
from harness.model import Event, Message
from harness.webhooks.signature import DOCUMENTED, sign


def seal(event: Event, *, attempt: int, secret: str, scheme: str = DOCUMENTED) -> Message:
    """Turn *event* into the exact bytes that go on the wire, signed.

    The attempt number is part of the body: a retry has the same ``message_id`` but other bytes and another signature.

    Args:
        attempt: Counts from 1.
        secret: Base64 of the signing key, as the console shows it.
        scheme: How it is signed, a reading of the clause.

    Raises:
        ConfigError: *secret* is not base64.

    Source: webhooks.signature, webhooks.payload
    """
    body = msgspec.json.encode(payload(event, attempt=attempt))
    return Message(message_id=event.message_id, attempt=attempt, body=body, signature=sign(body, secret, scheme=scheme))


def payload(event: Event, *, attempt: int) -> dict[str, Any]:
    """The message as a JSON object, in the documented order of keys. Source: webhooks.payload"""
    told: dict[str, Any] = {
        "event": event.kind,
        "consent_id": event.consent_id,
        "client_id": event.client_id,
        "end_user_id": event.end_user_id,
        "institution_id": event.institution_id,
    }
    if event.account_ids is not None:
        told["account_ids"] = list(event.account_ids)
    told.update(event.extra)
    return {
        "delivery_attempt": attempt,
        "publish_time": rfc3339(event.publish_time, timespec="milliseconds"),
        "message_id": event.message_id,
        "data": told,
    }
