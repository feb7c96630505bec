"""Every route of the API by name; faults and findings use these names."""

import re
from urllib.parse import unquote

from msgspec import Struct

from fiskil_harness.errors import UnknownName
from fiskil_harness.sandbox.api import (
    auth_session,
    banking,
    common,
    consent,
    end_users,
    energy,
    energy_plans,
    income,
    institutions,
    payments,
    permissions,
    products,
    token,
)
from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.store import Store

ROUTES: tuple[ApiRoute, ...] = (
    *token.ROUTES,
    *end_users.ROUTES,
    *auth_session.ROUTES,
    *consent.ROUTES,
    *institutions.ROUTES,
    *permissions.ROUTES,
    *banking.ROUTES,
    *payments.ROUTES,
    *products.ROUTES,
    *income.ROUTES,
    *common.ROUTES,
    *energy.ROUTES,
    *energy_plans.ROUTES,
)


class RouteMatch(Struct, frozen=True, kw_only=True):
    """The result of matching a request; ``route`` is None if no route matches.

    In that case ``allowed`` contains the methods that the path supports, and is empty for an unknown path.
    """

    route: ApiRoute | None = None
    path_values: dict[str, str] = {}
    allowed: tuple[str, ...] = ()
    family: str = "core"

    @property
    def name(self) -> str:
        """Return the route's name; empty if no route matches."""
        return self.route.name if self.route else ""

    @property
    def is_list(self) -> bool:
        """Return True for a list endpoint, whose v3 errors omit ``temporary``, ``timeout`` and ``fault``."""
        return self.route is not None and self.route.is_list


_EXACT = {
    (route.method, route.path): RouteMatch(route=route, family=route.family) for route in ROUTES if "{" not in route.path
}
_PATTERNS = [(route, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path.replace(".", r"\.")))) for route in ROUTES]
_SPELLINGS = {"/v1/banking/accounts/direct-debits": "/v1/banking/acccounts/direct-debits"}
_DATA_PATHS = ("/v1/banking/", "/v1/common/", "/v1/energy/")


def find_route(method: str, raw_path: str) -> RouteMatch:
    """Return the route of a request. *raw_path* is still percent-encoded, so an encoded slash is part of a path value."""
    if exact := _EXACT.get((method, raw_path)):
        return exact
    family = "data" if raw_path.startswith(_DATA_PATHS) else "core"
    allowed: list[str] = []
    for route, pattern in _PATTERNS:
        match = pattern.fullmatch(raw_path)
        if match is None:
            continue
        if route.method == method:
            values = {name: unquote(value) for name, value in match.groupdict().items()}
            return RouteMatch(route=route, path_values=values, family=route.family)
        allowed.append(route.method)
    return RouteMatch(allowed=tuple(sorted(allowed)), family=family)


def find_spelling(store: Store, method: str, raw_path: str) -> RouteMatch:
    """Return the route of a request, including alternative spellings of its path where interpretations accept them.

    Source: paths.prefix, paths.direct-debits
    """
    match = find_route(method, raw_path)
    if match.route is not None or match.allowed:
        return match
    for clause_id, path in (("paths.prefix", f"/v1{raw_path}"), ("paths.direct-debits", _SPELLINGS.get(raw_path, ""))):
        other_match = find_route(method, path)
        if (other_match.route or other_match.allowed) and store.interpretation(clause_id) in {"optional", "both"}:
            return other_match
    return match


def route_of(method: str, path: str) -> str:
    """Return the name of the route of a request; empty if no route matches."""
    return find_route(method, path).name


def require_route(name: str) -> str:
    """Return *name* if it is a route, or a family of routes such as ``banking.*``.

    Raises:
        UnknownName: No route and no family has this name.
    """
    names = [route.name for route in ROUTES]
    families = {f"{name.split('.')[0]}.*" for name in names if "." in name} | {"*"}
    if name not in names and name not in families:
        raise UnknownName("route", name, [*names, *sorted(families)])
    return name
