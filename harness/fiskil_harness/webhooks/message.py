"""Sealing: an event becomes the exact bytes that go on the wire."""

from datetime import datetime

from fiskil_harness.core.clock import real_now
from fiskil_harness.core.config.webhook_format import DOCUMENTED, SCHEMES_BY_INTERPRETATION, Dialect
from fiskil_harness.core.model import Event, Message
from fiskil_harness.webhooks.signature_schemes import drafted, signed


def seal(
    event: Event,
    *,
    attempt: int,
    secret: str,
    scheme: str = DOCUMENTED,
    dialect: Dialect | None = None,
    sent_at: datetime | None = None,
) -> Message:
    """Turn *event* into the exact bytes that go on the wire, signed.

    The attempt number is part of the body: a retry has the same ``message_id`` but other bytes and another signature.

    Args:
        attempt: Counts from 1.
        secret: The signing secret, as the sender's console shows it: of Fiskil's, base64 of the key.
        scheme: How it is signed, a reading of the clause; a *dialect* stands above it.
        sent_at: The real time of the attempt (default: now), where the scheme signs one.

    Raises:
        ConfigError: *secret* has not the form that the scheme wants.

    Source: webhooks.signature, webhooks.payload
    """
    spoken = dialect or Dialect(scheme=SCHEMES_BY_INTERPRETATION[scheme])
    draft = drafted(event, attempt=attempt, dialect=spoken, sent_at=sent_at or real_now())
    return signed(draft, secret, spoken.scheme)
