"""The type of a route: an endpoint with its method, path, handler and required scope."""

from collections.abc import Callable

from msgspec import Struct

from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse
from fiskil_harness.sandbox.store import Store

Handler = Callable[[Store, ApiRequest], ApiResponse]
"""A function that responds to a request; the request fits the contract, so the handler need not check its parameters."""


class ApiRoute(Struct, frozen=True):
    """One endpoint; ``family`` is ``core`` or ``data`` and determines the format of error bodies.

    ``is_list`` marks list endpoints, whose v3 errors omit ``temporary``, ``timeout`` and ``fault``. ``scope`` is the scope
    that a token needs. An endpoint with ``is_open`` needs no token.
    """

    name: str
    method: str
    path: str
    handler: Handler
    family: str = "core"
    is_open: bool = False
    is_list: bool = False
    scope: str = ""
