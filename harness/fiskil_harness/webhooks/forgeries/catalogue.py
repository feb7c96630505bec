"""Named forgeries: messages that nobody at Fiskil signed, each of which would have an effect if it were believed.

What carries the right digest in another spelling is no forgery (see ``encodings``); here the key, the digest, the bytes or
the time of signing are wrong, so no correct receiver accepts one of them. They follow from the scheme in force.
"""

from fiskil_harness.core.config.webhook_format import DOCUMENTED, SCHEMES_BY_INTERPRETATION, Dialect
from fiskil_harness.core.model import Event, Message
from fiskil_harness.errors import UnknownName
from fiskil_harness.webhooks.forgeries.bodies import BODIES
from fiskil_harness.webhooks.forgeries.forgery import Forged, Forgery, Material
from fiskil_harness.webhooks.forgeries.headers import HEADERS
from fiskil_harness.webhooks.forgeries.keys import KEYS
from fiskil_harness.webhooks.forgeries.timestamps import TIMES
from fiskil_harness.webhooks.message import seal

FORGERIES: dict[str, Forgery] = {header.name: header for header in (*HEADERS, *KEYS, *BODIES, *TIMES)}
"""Every forgery by name, in the order in which they are tried."""


def forge(
    name: str, event: Event, *, other: Message, secret: str, scheme: str = DOCUMENTED, dialect: Dialect | None = None
) -> Forged:
    """Forge a message about *event*, whose ``message_id`` must be one that was never used.

    Args:
        other: A message that was honestly signed, as an eavesdropper would have it.
        secret: The receiver's right secret; some forgeries misuse it.
        scheme: How honest messages are signed, a reading; a *dialect* stands above it.
    """
    spoken = dialect or Dialect(scheme=SCHEMES_BY_INTERPRETATION[scheme])
    honest = seal(event, attempt=1, secret=secret, dialect=spoken)
    return forgery(name).make(Material(event=event, honest=honest, other=other, secret=secret, dialect=spoken))


def forgery(name: str) -> Forgery:
    """The forgery called *name*; the nearest match is in the complaint."""
    if name not in FORGERIES:
        raise UnknownName("forgery", name, FORGERIES)
    return FORGERIES[name]


def forgeries_of(dialect: Dialect) -> tuple[str, ...]:
    """The names of those that are forgeries where messages are signed and worded so."""
    return tuple(forgery.name for forgery in FORGERIES.values() if forgery.suits(dialect))


__all__ = ["FORGERIES", "Forged", "Forgery", "Material", "forge", "forgeries_of", "forgery"]
