"""Observers of what a client receives when a fault bites; used by tests that check all traffic against the contract."""

from collections.abc import Callable

from msgspec import Struct

from fiskil_harness.faults.proxy.strict_parser import Flaw


class Bitten(Struct, frozen=True, kw_only=True):
    """An exchange that faults have spoiled.

    Args:
        fault: The names of the faults.
        spoils: What they declare to spoil.
        is_joint: Several faults bit, and one may hide what another broke.
        method: The request's method.
        route: The route.
        version: The API version.
        status: The status; None if no head was written.
        headers: The headers, as far as a strict parser can read them.
        body: The body, as far as a strict parser can read it.
        flaw: What a strict parser finds wrong with the framing.
        has_left: The client left before the end.
    """

    fault: str
    spoils: tuple[str, ...]
    is_joint: bool
    method: str
    route: str
    version: str
    status: int | None
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    flaw: Flaw
    has_left: bool


BITTEN: list[Callable[[Bitten], None]] = []
"""Each is called with every exchange that a fault has spoiled, on the server's thread."""
