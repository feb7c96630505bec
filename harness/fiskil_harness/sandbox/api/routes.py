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
    permissions,
    products,
    token,
)
from fiskil_harness.sandbox.api.route import ApiRoute, Handler
from fiskil_harness.sandbox.api.serving import listed
from fiskil_harness.sandbox.store import Store


def _data(name: str, path: str, handler: Handler, *, method: str = "GET") -> ApiRoute:
    """Return a route of data, which needs the scope of its area: the first part of its name."""
    area = name.partition(".")[0]
    return ApiRoute(name, method, f"/v1/{path}", handler, family="data", scope=f"api:{area}")


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("token", "POST", "/v1/token", token.exchange, is_open=True),
    ApiRoute("end_users.create", "POST", "/v1/end-users", end_users.create, scope="api:user.write"),
    ApiRoute("end_users.list", "GET", "/v1/end-users", end_users.list_all, is_list=True, scope="api:user.read"),
    ApiRoute("end_users.get", "GET", "/v1/end-users/{end_user_id}", end_users.get, scope="api:user.read"),
    ApiRoute("end_users.update", "POST", "/v1/end-users/{end_user_id}", end_users.update, scope="api:user.write"),
    ApiRoute("end_users.delete", "DELETE", "/v1/end-users/{end_user_id}", end_users.delete, scope="api:user.write"),
    ApiRoute("auth_session", "POST", "/v1/auth/session", auth_session.create, scope="api:user.write"),
    ApiRoute("consents.list", "GET", "/v1/consent", consent.list_all, is_list=True, scope="api:user.read"),
    ApiRoute("consents.revoke", "DELETE", "/v1/consent/{arrangement_id}", consent.revoke, scope="api:user.write"),
    ApiRoute("institutions.list", "GET", "/v1/institutions", institutions.list_all, is_open=True, is_list=True),
    ApiRoute("institutions.get", "GET", "/v1/institutions/{institution_id}", institutions.get, is_open=True),
    ApiRoute("permissions.list", "GET", "/v1/permissions", permissions.list_all, is_list=True, scope="api:user.read"),
    _data("banking.accounts", "banking/accounts", listed("accounts")),
    _data("banking.balances", "banking/balances", banking.balances),
    _data("banking.transactions", "banking/transactions", banking.transactions),
    _data("banking.category", "banking/transactions/category", banking.override_category, method="POST"),
    _data("banking.payees", "banking/payees", listed("payees")),
    # In every version of Fiskil's documentation this path has three c's.
    _data("banking.direct_debits", "banking/acccounts/direct-debits", listed("direct_debits")),
    _data("banking.scheduled_payments", "banking/payments/scheduled", listed("scheduled_payments")),
    _data("banking.products", "banking/products", products.list_all),
    _data("banking.product", "banking/products/{product_id}", products.get),
    _data("banking.income", "banking/income", income.summary),
    ApiRoute("common.identity", "GET", "/v1/common/identity", common.identity, family="data"),
    _data("energy.accounts", "energy/accounts", listed("energy_accounts", "accounts")),
    _data("energy.balances", "energy/balances", listed("energy_balances", "balances")),
    _data("energy.service_points", "energy/service-points", listed("service_points")),
    _data("energy.usage", "energy/usage", energy.usage),
    _data("energy.der", "energy/der", energy.der),
    _data("energy.invoices", "energy/invoice", energy.invoices),
    _data("energy.billing", "energy/billing", energy.billing),
    _data("energy.concessions", "energy/concessions", listed("concessions")),
    _data("energy.payment_schedules", "energy/payment-schedules", listed("payment_schedule", "payment_schedules")),
    _data("energy.plans", "energy/plans", energy_plans.list_all),
    _data("energy.plan", "energy/plans/{plan_id}", energy_plans.get),
)
"""Every route by family. Source: payees.unions, direct-debits.path, scheduled-payments.unions"""


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
