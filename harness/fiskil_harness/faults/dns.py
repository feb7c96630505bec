"""DNS faults: the API's name resolves to an IP address where nothing listens.

The harness does not control how the app resolves names. The proxy can only simulate what the app finds at a wrong IP
address.
"""

from typing import ClassVar

from fiskil_harness.faults.connection_fault import ConnectionFault, PortState

_NO_RESOLVER = "The app calls the API at an address without a resolver, and the harness cannot control another machine's."
REASONS = dict.fromkeys(
    ("D-NXDOMAIN", "D-SERVFAIL", "D-TIMEOUT", "D-REBIND", "D-AAAA-BROKEN", "D-TTL0-FLIP", "D-SLOW"), _NO_RESOLVER
)
"""Catalogue ids for which there is no fault, with the reason."""


class WrongAddress(ConnectionFault, frozen=True, kw_only=True, tag="wrong_address"):
    """The API's name resolves to an IP address where nothing listens: every new connection is refused."""

    ids: ClassVar[tuple[str, ...]] = ("D-WRONG-IP",)
    ends: ClassVar[bool] = False
    spoils: ClassVar[tuple[str, ...]] = ("response",)
    port_state: ClassVar[PortState | None] = PortState.REFUSES
    is_lasting: ClassVar[bool] = True
