"""Watchers of API responses: none, except where tests check all traffic against the contract."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from fiskil_harness.sandbox.api.route import ApiRoute


class ApiResponseSent(Struct, frozen=True, kw_only=True):
    """One response of the API; ``interpretations`` has no defaults, and ``route`` is None for an unknown path."""

    method: str
    route: ApiRoute | None
    family: str
    version: str
    interpretations: Mapping[str, str]
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


WATCHERS: list[Callable[[ApiResponseSent], None]] = []
"""Each is called with every response of every sandbox of this process, on the server's thread."""
