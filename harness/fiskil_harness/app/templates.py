"""Filling templates, and choosing values out of the app's JSON answers."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NoReturn
from urllib.parse import quote

import msgspec

from fiskil_harness.app.template_values import Values
from fiskil_harness.core.config import RequestTemplate
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import HookError

WHOLE_MESSAGE = "{message}"


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A request ready to be sent."""

    method: str
    path: str
    json: Any = None
    form: dict[str, str] | None = None
    headers: dict[str, str] = {}


def fill(template: RequestTemplate, values: Values) -> Filled:
    """Fill every value in; values in the path are percent-encoded."""
    method, _, path = template.request.partition(" ")
    return Filled(
        method=method,
        path=fill_text(path, {name: quote(value, safe="") for name, value in values.items()}),
        json=fill_tree(template.json, values),
        form=_fill_texts(template.form, values) if template.form is not None else None,
        headers=_fill_texts(template.headers, values),
    )


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """Fill one template."""
    return text.format_map(values)


def fill_tree(node: Any, values: Mapping[str, str]) -> Any:
    """Fill every text inside a JSON value; ``{message}`` alone stands for the message itself."""
    if node == WHOLE_MESSAGE and "message" in values:
        return msgspec.json.decode(values["message"])
    if isinstance(node, str):
        return fill_text(node, values)
    if isinstance(node, dict):
        return {key: fill_tree(value, values) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [fill_tree(value, values) for value in node]
    return node


def _fill_texts(texts: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    return {name: fill_text(text, values) for name, text in texts.items()}


def read_json(reply: HttpReply, hook: str) -> Any:
    """The JSON of an answer.

    Raises:
        HookError: It is no JSON.
    """
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        with suppress(ValueError, RecursionError):
            return _whole_texts(json.loads(reply.body, parse_constant=_no_number))
        head = reply.body[:60].decode("utf-8", "replace")
        raise HookError(f"{hook} answered {reply.status} with something that is no JSON: {head!r}.") from None


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _whole_texts(node: Any) -> Any:
    """A JSON value whose texts can be written down: half a character, which the grammar allows, becomes a mark."""
    if isinstance(node, str):
        return node.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(node, dict):
        return {_whole_texts(name): _whole_texts(value) for name, value in node.items()}
    return [_whole_texts(value) for value in node] if isinstance(node, list) else node


def choose(reply: HttpReply, selector: str, hook: str) -> str:
    """The value that *selector* (``$.auth_url``, ``header:Location``) finds in an answer.

    Raises:
        HookError: There is none.
    """
    if selector.startswith("header:"):
        value: Any = reply.headers.get(selector.removeprefix("header:").strip().lower())
    else:
        found = select(read_json(reply, hook), selector)
        value = found[0] if found else None
    if not isinstance(value, str) or not value:
        raise HookError(f"{hook} answered {reply.status}, but {selector} finds no text in it.")
    return value


def select(document: Any, path: str) -> list[Any]:
    """Every value at a JSONPath."""
    import jsonpath

    return list(jsonpath.findall(path, document))


def without(document: Any, paths: tuple[str, ...]) -> Any:
    """A copy of *document* in which what is at *paths* reads ``<ignored>``."""
    if not paths:
        return document
    import jsonpath

    copy = msgspec.json.decode(msgspec.json.encode(document))
    for path in paths:
        for match in jsonpath.finditer(path, copy):
            if match.parent is not None:
                container: Any = match.parent.obj
                container[match.parts[-1]] = "<ignored>"
    return copy
