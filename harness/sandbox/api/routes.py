"""Every route of the API by name; the names are what faults and findings use."""

import re
from collections.abc import Callable
from urllib.parse import unquote

from msgspec import Struct

from harness.errors import UnknownName
from harness.sandbox.api import auth_session, banking, consent, end_users, institutions, token
from harness.sandbox.api.wire import ApiAnswer, ApiRequest
from harness.sandbox.store import Store

Handler = Callable[[Store, ApiRequest], ApiAnswer]


class ApiRoute(Struct, frozen=True):
    """One endpoint. ``family`` is core or data and decides the error shape; ``is_list`` is for v3's flagless errors."""

    name: str
    method: str
    path: str
    handler: Handler
    family: str = "core"
    is_open: bool = False
    is_list: bool = False


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("token", "POST", "/v1/token", token.exchange, is_open=True),
    ApiRoute("end_users.create", "POST", "/v1/end-users", end_users.create),
    ApiRoute("end_users.list", "GET", "/v1/end-users", end_users.list_all, is_list=True),
    ApiRoute("end_users.get", "GET", "/v1/end-users/{end_user_id}", end_users.get),
    ApiRoute("end_users.update", "POST", "/v1/end-users/{end_user_id}", end_users.update),
    ApiRoute("end_users.delete", "DELETE", "/v1/end-users/{end_user_id}", end_users.delete),
    ApiRoute("auth_session", "POST", "/v1/auth/session", auth_session.create),
    ApiRoute("consents.list", "GET", "/v1/consent", consent.list_all, is_list=True),
    ApiRoute("consents.revoke", "DELETE", "/v1/consent/{arrangement_id}", consent.revoke),
    ApiRoute("institutions.list", "GET", "/v1/institutions", institutions.list_all, is_open=True, is_list=True),
    ApiRoute("institutions.get", "GET", "/v1/institutions/{institution_id}", institutions.get, is_open=True),
    ApiRoute("banking.accounts", "GET", "/v1/banking/accounts", banking.accounts, family="data"),
    ApiRoute("banking.balances", "GET", "/v1/banking/balances", banking.balances, family="data"),
    ApiRoute("banking.transactions", "GET", "/v1/banking/transactions", banking.transactions, family="data"),
)


class Found(Struct, frozen=True, kw_only=True):
    """Where a request leads. Without a ``route``, ``allowed`` names the methods that its path knows; empty for no path."""

    route: ApiRoute | None = None
    path_values: dict[str, str] = {}
    allowed: tuple[str, ...] = ()
    family: str = "core"

    @property
    def name(self) -> str:
        """The route's name; empty for none."""
        return self.route.name if self.route else ""

    @property
    def is_list(self) -> bool:
        """Whether v3 leaves the flags out of the route's errors."""
        return self.route is not None and self.route.is_list


_PATTERNS = [(route, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path.replace(".", r"\.")))) for route in ROUTES]
_DATA_PATHS = ("/v1/banking/", "/v1/common/", "/v1/energy/")


def find_route(method: str, raw_path: str) -> Found:
    """The route of a request; *raw_path* as it came, so that an encoded slash belongs to a value."""
    family = "data" if raw_path.startswith(_DATA_PATHS) else "core"
    allowed: list[str] = []
    for route, pattern in _PATTERNS:
        match = pattern.fullmatch(raw_path)
        if match is None:
            continue
        if route.method == method:
            values = {name: unquote(value) for name, value in match.groupdict().items()}
            return Found(route=route, path_values=values, family=route.family)
        allowed.append(route.method)
    return Found(allowed=tuple(sorted(allowed)), family=family)


def route_of(method: str, path: str) -> str:
    """The name of the route that a request would reach; empty for none."""
    return find_route(method, path).name


def require_route(name: str) -> str:
    """Return *name* if a route, or a family of routes like ``banking.*``, carries it; raise ``UnknownName`` else."""
    names = [route.name for route in ROUTES]
    families = {f"{one.split('.')[0]}.*" for one in names if "." in one} | {"*"}
    if name not in names and name not in families:
        raise UnknownName("route", name, [*names, *sorted(families)])
    return name
