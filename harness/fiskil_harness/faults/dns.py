"""Faults of names: the API's leads to an address where nobody listens.

An app resolves names itself, or has an address and resolves none; what can be had here is what it finds where a name leads.
"""

from typing import ClassVar

from fiskil_harness.faults.connection_fault import ConnectionFault, PortState
from fiskil_harness.faults.fault import PlainFault

_UNRESOLVED = "Apps reach the API at an address, so no answer of a resolver stands between them; none of ours could either."
REASONS = dict.fromkeys(
    ("D-NXDOMAIN", "D-SERVFAIL", "D-TIMEOUT", "D-REBIND", "D-AAAA-BROKEN", "D-TTL0-FLIP", "D-SLOW"), _UNRESOLVED
)
"""Ids of the catalogue that are no faults here, and why."""


class WrongAddress(ConnectionFault, frozen=True, kw_only=True, tag="wrong_address"):
    """The API's name leads to an address where nobody listens: whoever connects is refused."""

    ids: ClassVar[tuple[str, ...]] = ("D-WRONG-IP",)
    ends: ClassVar[bool] = False
    spoils: ClassVar[tuple[str, ...]] = ("answer",)
    port_state: ClassVar[PortState | None] = PortState.REFUSES
    is_lasting: ClassVar[bool] = True


FAULTS: tuple[type[PlainFault], ...] = (WrongAddress,)
