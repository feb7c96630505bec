"""Where in an answer a value of some kind stands, as our OpenAPI documents describe it, and how an edited answer is written.

An answer that is no JSON, or that no document describes, has no places: whoever looks for one leaves it as it is.
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
    """A value inside an answer, ``holder[key]``, with the schema that describes it."""

    holder: Any
    key: Any
    schema: dict[str, Any]
    is_required: bool = True

    @property
    def value(self) -> Any:
        """What stands there."""
        return self.holder[self.key]

    def put(self, value: Any) -> None:
        """Let *value* stand there."""
        self.holder[self.key] = value

    @property
    def name(self) -> str:
        """The field's name; empty for a value in a list."""
        return self.key if isinstance(self.key, str) else ""

    @property
    def is_optional(self) -> bool:
        """Whether a row may go without the field, and null is no value of it."""
        return not self.is_required and "null" not in self.schema.get("type", ())

    @property
    def is_decimal(self) -> bool:
        """Whether it is a decimal number as text, as all money is."""
        return "[0-9]" in self.schema.get("pattern", "")

    @property
    def is_number(self) -> bool:
        """Whether it is a number of JSON."""
        return self.schema.get("type") in ("number", "integer")

    @property
    def is_moment(self) -> bool:
        """Whether it is a date with a time."""
        return self.schema.get("format") == "date-time"

    @property
    def is_prose(self) -> bool:
        """Whether it is a text for people."""
        plain = set(self.schema) <= {"type", "description", "examples"} and self.schema.get("type") == "string"
        return plain and bool(self.name) and self.name.rpartition("_")[2] not in _NOT_PROSE


def decoded(reply: Reply) -> Any:
    """What the body says; ``NOTHING`` where it is no JSON."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return NOTHING


def encoded(reply: Reply, value: Any) -> Reply:
    """*reply* with *value* for its body, compact as the API writes; the same one where it says no other."""
    if decoded(reply) == value:
        return reply
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Half a character has no bytes and stays the escape that it was.
    return reply.with_body(text.encode(errors="backslashreplace"))


def edited(reply: Reply, exchange: MatchedExchange, finds: Callable[[Place], bool], spoil: Callable[[Place], object]) -> Reply:
    """*reply* with *spoil* done at each place that *finds* holds for."""
    value = decoded(reply)
    found = [place for place in places(value, reply, exchange) if finds(place)]
    for place in found:
        spoil(place)
    return encoded(reply, value) if found else reply


def places(value: Any, reply: Reply, exchange: MatchedExchange) -> list[Place]:
    """Every place in *value*, the body of *reply*, but the links between pages."""
    path = _PATHS.get(exchange.route)
    if value is NOTHING or path is None:
        return []
    whole = document(exchange.version)
    schema = _schema(exchange.method, path, exchange.version, reply.status)
    return list(_places(whole, value, schema)) if schema is not None else []


def moment_of(text: object) -> datetime | None:
    """The moment that a text names; None where it is none, or names no zone."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def rows_of(value: Any) -> list[Any] | None:
    """The rows of a list, bare or under its name; None for what is no list."""
    if isinstance(value, list):
        return value
    lists = [each_value for each_value in value.values() if isinstance(each_value, list)] if isinstance(value, dict) else []
    return lists[0] if len(lists) == 1 else None


def links_of(value: Any) -> dict[str, Any] | None:
    """The links of a page; None for what has none."""
    links = value.get("links") if isinstance(value, dict) else None
    return links if isinstance(links, dict) else None


@cache
def has_pages(method: str, route: str, version: str) -> bool:
    """Whether who asks may say how large a page is to be."""
    whole = document(version)
    item = whole["paths"].get(_PATHS.get(route, ""), {})
    parameters = (*item.get("parameters", ()), *item.get(method.lower(), {}).get("parameters", ()))
    return any(resolve(whole, parameter)["name"] == "page[size]" for parameter in parameters)


@cache
def _schema(method: str, path: str, version: str, status: int) -> dict[str, Any] | None:
    whole = document(version)
    described = whole["paths"].get(path, {}).get(method.lower(), {}).get("responses", {}).get(str(status))
    content = resolve(whole, described).get("content", {}) if described is not None else {}
    return next((value["schema"] for value in content.values()), None)


def _places(whole: dict[str, Any], value: Any, schema: dict[str, Any]) -> Iterator[Place]:
    schema = resolve(whole, schema)
    if isinstance(value, dict):
        properties, required = schema.get("properties", {}), schema.get("required", ())
        for name in [each_value for each_value in value if each_value in properties and each_value != "links"]:
            inner = resolve(whole, properties[name])
            yield Place(holder=value, key=name, schema=inner, is_required=name in required)
            yield from _places(whole, value[name], inner)
    elif isinstance(value, list) and "items" in schema:
        inner = resolve(whole, schema["items"])
        for at, each_value in enumerate(value):
            yield Place(holder=value, key=at, schema=inner)
            yield from _places(whole, each_value, inner)
