"""Who looks at what a client gets where a fault bites: nobody, except where tests hold all traffic to the contract."""

from collections.abc import Callable

from msgspec import Struct

from fiskil_harness.faults.proxy.strict_parser import Flaw


class Bitten(Struct, frozen=True, kw_only=True):
    """An exchange that faults have spoiled. ``spoils`` is what they declare, ``status`` None where no head was sent.

    ``is_joint`` tells that several bit, one of which may hide what another broke. ``flaw`` is what a strict reader finds of
    the frame, ``headers`` and ``body`` what it read up to there. ``has_left`` tells that the client went before the end.
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
"""Each is called with every exchange that a fault has spoiled, on the server's own thread."""
