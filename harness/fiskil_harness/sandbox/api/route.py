"""What one endpoint is: its name, its path, who answers it, and what a caller needs for it."""

from collections.abc import Callable

from msgspec import Struct

from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse
from fiskil_harness.sandbox.store import Store

Handler = Callable[[Store, ApiRequest], ApiResponse]


class ApiRoute(Struct, frozen=True):
    """One endpoint. ``family`` is core or data and decides the error shape; ``is_list`` is for v3's flagless errors.

    ``scope`` is what a token must carry to call it; an open route asks for no token at all.
    """

    name: str
    method: str
    path: str
    handler: Handler
    family: str = "core"
    is_open: bool = False
    is_list: bool = False
    scope: str = ""
