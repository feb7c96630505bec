"""Observers of what a client receives when a fault bites; used by tests that check all traffic against the contract."""

from collections.abc import Callable

from msgspec import Struct

from fiskil_harness.faults.proxy.strict_parser import Flaw


class Bitten(Struct, frozen=True, kw_only=True):
    """An exchange that faults have spoiled.

    Args:
        fault: The names of the faults.
        spoils: The parts of the response that the faults declare to spoil.
        is_joint: True if several faults bit, so that one fault may hide what another broke.
        method: The request's method.
        route: The route.
        version: The API version.
        status: The status; None if no head was written.
        headers: The headers, as far as a strict parser can read them.
        body: The body, as far as a strict parser can read it.
        flaw: The framing error that a strict parser finds; empty for none.
        has_left: True if the client left before the end.
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
"""Functions that are called with every spoiled exchange, on the server's thread."""
