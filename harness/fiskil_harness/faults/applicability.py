"""What a route can show of a rule: pages where there are pages, bodies where there are bodies."""

from fnmatch import fnmatchcase
from functools import cache

from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.faults.rules import CONNECTION, Rule
from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.routes import ROUTES, require_route
from fiskil_harness.sandbox.consents.console import VERSIONS
from fiskil_harness.sandbox.openapi.documents import document
from fiskil_harness.sandbox.openapi.operations import resolve

OF_BODIES = {"body", "end"}


def require_possible(rule: Rule) -> Rule:
    """Refuse a rule that no exchange on its routes can ever meet, or that finds nothing to spoil there; return the rule.

    Raises:
        UnknownName: The API has no such route, version or event.
        ConfigError: No route has that method, those pages, or a body.
    """
    require_place(rule.route)
    if rule.route == CONNECTION:
        return rule
    for kind in filter(None, (rule.from_event, rule.until_event)):
        if kind not in EVENT_KINDS:
            raise UnknownName("event", kind, EVENT_KINDS)
    routes = [route for route in ROUTES if fnmatchcase(route.name, rule.route)]
    if rule.version and rule.version not in VERSIONS:
        raise UnknownName("version", rule.version, VERSIONS)
    methods = sorted({route.method for route in routes})
    if rule.method and rule.method not in methods:
        raise ConfigError(f"{rule.route!r} is never asked by {rule.method}. Known: {', '.join(methods)}.")
    asked = [route for route in routes if rule.method in {"", route.method}]
    if rule.page > 1 and not any(_has_pages(api_route) for api_route in asked):
        raise ConfigError(f"{rule.route!r} has no pages, so nobody asks for page {rule.page}.")
    spoils = set(rule.fault.spoils)
    if spoils and spoils <= OF_BODIES and not any(_has_body(api_route) for api_route in asked):
        raise ConfigError(f"{rule.route!r} answers without a body, so {rule.name} finds nothing to spoil.")
    return rule


def require_place(name: str) -> str:
    """Return *name* if faults can wait there: on a route, on a family of routes, or on connections."""
    try:
        return name if name == CONNECTION else require_route(name)
    except UnknownName as error:
        raise UnknownName("route", name, [*error.known, CONNECTION]) from None


@cache
def _has_pages(route: ApiRoute) -> bool:
    whole = document(VERSIONS[-1])
    item = whole["paths"][route.path]
    parameters = [*item.get("parameters", ()), *item[route.method.lower()].get("parameters", ())]
    return any(resolve(whole, parameter)["name"] == "page[size]" for parameter in parameters)


@cache
def _has_body(route: ApiRoute) -> bool:
    answers = document(VERSIONS[-1])["paths"][route.path][route.method.lower()]["responses"]
    return "204" not in answers
