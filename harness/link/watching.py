"""Who looks at what a client gets where a fault bites: nobody, except where tests hold all traffic to the contract."""

from collections.abc import Callable

from msgspec import Struct


class Bitten(Struct, frozen=True, kw_only=True):
    """An exchange that a fault has spoiled. ``spoils`` is what the fault declares, ``status`` None where no head was sent.

    ``is_complete`` says whether the body came to its end, ``has_left`` whether the client went away first.
    """

    fault: str
    spoils: tuple[str, ...]
    method: str
    route: str
    version: str
    status: int | None
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    is_complete: bool
    has_left: bool


BITTEN: list[Callable[[Bitten], None]] = []
"""Each is called with every exchange that a fault has spoiled, on the server's own thread."""
