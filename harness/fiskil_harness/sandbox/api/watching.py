"""Who looks at every answer of the API: nobody, except where tests hold all traffic to the contract."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from fiskil_harness.sandbox.api.route import ApiRoute


class Answered(Struct, frozen=True, kw_only=True):
    """One answer as it leaves the API; ``readings`` are those that are not the default; no endpoint has no ``route``."""

    method: str
    route: ApiRoute | None
    family: str
    version: str
    readings: Mapping[str, str]
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


WATCHERS: list[Callable[[Answered], None]] = []
"""Each is called with every answer of every sandbox of this process, on the server's own thread."""
