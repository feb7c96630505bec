"""Checks that a rule can act on its route: only lists have pages, and only some responses have a body."""

from fnmatch import fnmatchcase
from functools import cache

from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.faults.rules import CONNECTION, Rule
from fiskil_harness.faults.schema_places import has_pages
from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.routes import ROUTES, require_route
from fiskil_harness.sandbox.consents.console import VERSIONS
from fiskil_harness.sandbox.openapi.documents import document

OF_BODIES = {"body", "end"}


def require_possible(rule: Rule) -> Rule:
    """Return *rule*; raise an error if no exchange on its routes can match it, or if its fault cannot change any of them.

    Raises:
        UnknownName: The API does not have the rule's route, version or event.
        ConfigError: No route of the rule has the method, the pages or the body that the rule needs.
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
        raise ConfigError(f"{rule.route!r} has no method {rule.method}. Known: {', '.join(methods)}.")
    matching = [route for route in routes if rule.method in {"", route.method}]
    if rule.page > 1 and not any(has_pages(route.method, route.name, VERSIONS[-1]) for route in matching):
        raise ConfigError(f"{rule.route!r} has no pages, so page {rule.page} is never requested. Leave out the page.")
    spoils = set(rule.fault.spoils)
    if spoils and spoils <= OF_BODIES and not any(_has_body(route) for route in matching):
        raise ConfigError(
            f"{rule.route!r} responds without a body, so {rule.name} has nothing to spoil. Choose another route."
        )
    return rule


def require_place(name: str) -> str:
    """Return *name* if a rule can have it as its route: a route, a pattern of routes, or ``connection``.

    Raises:
        UnknownName: *name* is none of these.
    """
    try:
        return name if name == CONNECTION else require_route(name)
    except UnknownName as error:
        raise UnknownName("route", name, [*error.known, CONNECTION]) from None


@cache
def _has_body(route: ApiRoute) -> bool:
    responses = document(VERSIONS[-1])["paths"][route.path][route.method.lower()]["responses"]
    return "204" not in responses
