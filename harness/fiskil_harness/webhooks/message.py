"""Turns an event into the exact bytes of a signed message."""

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
    """Return the signed message for one delivery attempt of *event*, with its exact bytes.

    The attempt number is part of the body: a retry has the same ``message_id`` but other bytes and another signature.

    Args:
        attempt: The number of the attempt, from 1.
        secret: The signing secret, as the sender's console shows it; Fiskil's is base64 of the key.
        scheme: The interpretation of the clause ``webhooks.signature``; ignored if *dialect* is given.
        dialect: The signature scheme and payload format of another sender.
        sent_at: The real time of the attempt (default: now). Some schemes sign it.

    Raises:
        ConfigError: *secret* does not have the format that the scheme requires.

    Source: webhooks.signature, webhooks.payload
    """
    chosen = dialect or Dialect(scheme=SCHEMES_BY_INTERPRETATION[scheme])
    draft = drafted(event, attempt=attempt, dialect=chosen, sent_at=sent_at or real_now())
    return signed(draft, secret, chosen.scheme)
