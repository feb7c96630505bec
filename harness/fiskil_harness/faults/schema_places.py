"""The values in a response with their OpenAPI schemas, and functions to edit and encode the response.

Faults leave a response unchanged if it is not JSON, or if no OpenAPI document describes it.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct

from fiskil_harness.faults.fault import MatchedExchange, Reply
from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.sandbox.openapi.documents import document
from fiskil_harness.sandbox.openapi.operations import resolve

NOTHING: Any = object()
_PATHS = {route.name: route.path for route in ROUTES}
_NOT_PROSE = ("id", "ids", "token", "url", "uri", "code", "number", "type", "status", "version", "logo", "currency", "email")


class Place(Struct, frozen=True, kw_only=True):
    """A value in a response, ``holder[key]``, with the schema that describes it."""

    holder: Any
    key: Any
    schema: dict[str, Any]
    is_required: bool = True

    @property
    def value(self) -> Any:
        """The current value."""
        return self.holder[self.key]

    def put(self, value: Any) -> None:
        """Replace the value."""
        self.holder[self.key] = value

    @property
    def name(self) -> str:
        """The field's name; empty for a value in a list."""
        return self.key if isinstance(self.key, str) else ""

    @property
    def is_optional(self) -> bool:
        """True if a row may omit the field, and null is not an allowed value."""
        return not self.is_required and "null" not in self.schema.get("type", ())

    @property
    def is_decimal(self) -> bool:
        """True for a decimal number in a string, the format of all amounts of money."""
        return "[0-9]" in self.schema.get("pattern", "")

    @property
    def is_number(self) -> bool:
        """True for a JSON number."""
        return self.schema.get("type") in ("number", "integer")

    @property
    def is_moment(self) -> bool:
        """True for a date with a time."""
        return self.schema.get("format") == "date-time"

    @property
    def is_prose(self) -> bool:
        """True for free text for people, as opposed to ids and codes."""
        plain = set(self.schema) <= {"type", "description", "examples"} and self.schema.get("type") == "string"
        return plain and bool(self.name) and self.name.rpartition("_")[2] not in _NOT_PROSE


def decoded(reply: Reply) -> Any:
    """Return the decoded body, or ``NOTHING`` if it is not JSON."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return NOTHING


def encoded(reply: Reply, value: Any) -> Reply:
    """Return *reply* with *value* as its body, in compact JSON like the API's; the same reply if the value is unchanged."""
    if decoded(reply) == value:
        return reply
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate cannot be encoded, so it stays the escape that it was.
    return reply.with_body(text.encode(errors="backslashreplace"))


def edited(
    reply: Reply, exchange: MatchedExchange, finds: Callable[[Place], bool], spoil: Callable[[Place], object]
) -> Reply:
    """Return *reply* after calling *spoil* on each value for which *finds* is True; the same reply if there is none."""
    value = decoded(reply)
    matching = [place for place in places(value, reply, exchange) if finds(place)]
    for place in matching:
        spoil(place)
    return encoded(reply, value) if matching else reply


def places(value: Any, reply: Reply, exchange: MatchedExchange) -> list[Place]:
    """Return every value in *value*, the body of *reply*, with its schema, except the links between pages."""
    path = _PATHS.get(exchange.route)
    if value is NOTHING or path is None:
        return []
    api_document = document(exchange.version)
    schema = _schema(exchange.method, path, exchange.version, reply.status)
    return list(_places(api_document, value, schema)) if schema is not None else []


def moment_of(text: object) -> datetime | None:
    """Return *text* as a datetime; None if it is not a date with a time and a zone."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def rows_of(value: Any) -> list[Any] | None:
    """Return the rows in *value*, a response body: the body itself or its only list; None if there is no such list."""
    if isinstance(value, list):
        return value
    lists = [element for element in value.values() if isinstance(element, list)] if isinstance(value, dict) else []
    return lists[0] if len(lists) == 1 else None


def links_of(value: Any) -> dict[str, Any] | None:
    """Return the ``links`` object of a page; None if there is none."""
    links = value.get("links") if isinstance(value, dict) else None
    return links if isinstance(links, dict) else None


@cache
def has_pages(method: str, route: str, version: str) -> bool:
    """Return True if a request on this route may state a page size."""
    api_document = document(version)
    item = api_document["paths"].get(_PATHS.get(route, ""), {})
    parameters = (*item.get("parameters", ()), *item.get(method.lower(), {}).get("parameters", ()))
    return any(resolve(api_document, parameter)["name"] == "page[size]" for parameter in parameters)


@cache
def _schema(method: str, path: str, version: str, status: int) -> dict[str, Any] | None:
    api_document = document(version)
    described = api_document["paths"].get(path, {}).get(method.lower(), {}).get("responses", {}).get(str(status))
    content = resolve(api_document, described).get("content", {}) if described is not None else {}
    return next((value["schema"] for value in content.values()), None)


def _places(api_document: dict[str, Any], value: Any, schema: dict[str, Any]) -> Iterator[Place]:
    schema = resolve(api_document, schema)
    if isinstance(value, dict):
        properties, required = schema.get("properties", {}), schema.get("required", ())
        for name in [element for element in value if element in properties and element != "links"]:
            inner = resolve(api_document, properties[name])
            yield Place(holder=value, key=name, schema=inner, is_required=name in required)
            yield from _places(api_document, value[name], inner)
    elif isinstance(value, list) and "items" in schema:
        inner = resolve(api_document, schema["items"])
        for at, element in enumerate(value):
            yield Place(holder=value, key=at, schema=inner)
            yield from _places(api_document, element, inner)
