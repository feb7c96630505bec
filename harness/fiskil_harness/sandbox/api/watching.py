"""Callbacks for API responses, registered only to check all traffic against the OpenAPI contract."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from fiskil_harness.sandbox.api.route import ApiRoute


class ApiResponseSent(Struct, frozen=True, kw_only=True):
    """One response of the API; ``route`` is None for an unknown path.

    ``interpretations`` contains only the interpretations that differ from the default, by clause id.
    """

    method: str
    route: ApiRoute | None
    family: str
    version: str
    interpretations: Mapping[str, str]
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


WATCHERS: list[Callable[[ApiResponseSent], None]] = []
"""The callbacks; each is called on the server's thread with every response of every sandbox in this process."""
