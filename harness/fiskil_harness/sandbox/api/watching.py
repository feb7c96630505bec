"""Who looks at every answer of the API: nobody, except where tests hold all traffic to the contract."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from fiskil_harness.sandbox.api.route import ApiRoute


class ApiResponseSent(Struct, frozen=True, kw_only=True):
    """One response of the API. ``interpretations`` are those that are not the default; ``route`` may be empty."""

    method: str
    route: ApiRoute | None
    family: str
    version: str
    interpretations: Mapping[str, str]
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


WATCHERS: list[Callable[[ApiResponseSent], None]] = []
"""Each is called with every answer of every sandbox of this process, on the server's own thread."""
