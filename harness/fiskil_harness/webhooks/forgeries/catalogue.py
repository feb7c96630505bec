"""Named forgeries: messages that Fiskil did not sign, each of which would have an effect if it were accepted.

The right digest in another spelling is not a forgery (see ``signature_variants``). Here the key, the digest, the bytes or
the time of signing is wrong, so no correct receiver accepts it. Forgeries are derived from the current signature scheme.
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

FORGERIES: dict[str, Forgery] = {forgery.name: forgery for forgery in (*HEADERS, *KEYS, *BODIES, *TIMES)}
"""Every forgery by name, in the order in which they are sent."""


def forge(
    name: str, event: Event, *, other: Message, secret: str, scheme: str = DOCUMENTED, dialect: Dialect | None = None
) -> Forged:
    """Forge a message about *event*, whose ``message_id`` must never have been used.

    Args:
        other: Another message with a valid signature, which an eavesdropper could have recorded.
        secret: The receiver's secret; some forgeries misuse it.
        scheme: The interpretation of the clause ``webhooks.signature``; ignored if *dialect* is given.
        dialect: The signature scheme and payload format of another sender.

    Raises:
        UnknownName: There is no forgery *name*.
        ConfigError: *secret* does not have the format that the scheme requires.
    """
    chosen = dialect or Dialect(scheme=SCHEMES_BY_INTERPRETATION[scheme])
    honest = seal(event, attempt=1, secret=secret, dialect=chosen)
    return forgery(name).make(Material(event=event, honest=honest, other=other, secret=secret, dialect=chosen))


def forgery(name: str) -> Forgery:
    """Return the forgery *name*.

    Raises:
        UnknownName: There is no such forgery. The error message contains the nearest match.
    """
    if name not in FORGERIES:
        raise UnknownName("forgery", name, FORGERIES)
    return FORGERIES[name]


def forgeries_of(dialect: Dialect) -> tuple[str, ...]:
    """Return the names of the forgeries that exist for the signature scheme and payload format of *dialect*."""
    return tuple(forgery.name for forgery in FORGERIES.values() if forgery.suits(dialect))


__all__ = ["FORGERIES", "Forged", "Forgery", "Material", "forge", "forgeries_of", "forgery"]
