"""Every route of the API by name; the names are what faults and findings use."""

import re
from collections.abc import Callable

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

_PATTERNS = [
    (route, re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path) + "$")) for route in ROUTES
]


def route_of(method: str, path: str) -> str:
    """The name of the route that a request would reach; empty for none."""
    for route, pattern in _PATTERNS:
        if route.method == method and pattern.match(path):
            return route.name
    return ""


def require_route(name: str) -> str:
    """Return *name* if a route, or a family of routes like ``banking.*``, carries it; raise ``UnknownName`` else."""
    names = [route.name for route in ROUTES]
    families = {f"{one.split('.')[0]}.*" for one in names if "." in one} | {"*"}
    if name not in names and name not in families:
        raise UnknownName("route", name, [*names, *sorted(families)])
    return name
