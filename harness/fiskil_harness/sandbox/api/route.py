"""One endpoint: its name, path, handler, and what a client needs to call it."""

from collections.abc import Callable

from msgspec import Struct

from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse
from fiskil_harness.sandbox.store import Store

Handler = Callable[[Store, ApiRequest], ApiResponse]


class ApiRoute(Struct, frozen=True):
    """One endpoint; ``family`` is ``core`` or ``data`` and decides the form of errors.

    ``is_list`` marks routes whose v3 errors have no flags. ``scope`` is the scope that a token needs; an open route needs no
    token.
    """

    name: str
    method: str
    path: str
    handler: Handler
    family: str = "core"
    is_open: bool = False
    is_list: bool = False
    scope: str = ""
