"""Fills request templates, and selects values from the app's JSON responses."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NoReturn
from urllib.parse import quote

import msgspec

from fiskil_harness.core.config import RequestTemplate
from fiskil_harness.core.config.template_values import Values
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import HookError

WHOLE_MESSAGE = "{message}"


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A request whose placeholders have been replaced, so that it can be sent."""

    method: str
    path: str
    json: Any = None
    form: dict[str, str] | None = None
    headers: dict[str, str] = {}


def fill(template: RequestTemplate, values: Values) -> Filled:
    """Replace every placeholder of a request template by its value. Values in the path are percent-encoded."""
    method, _, path = template.request.partition(" ")
    return Filled(
        method=method,
        path=fill_text(path, {name: quote(value, safe="") for name, value in values.items() if "{" + name in path}),
        json=fill_tree(template.json, values),
        form=_fill_texts(template.form, values) if template.form is not None else None,
        headers=_fill_texts(template.headers, values),
    )


def fill_text(text: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders in *text* by their *values*."""
    return text.format_map(values)


def fill_tree(node: Any, values: Mapping[str, str]) -> Any:
    """Replace placeholders in every text of a JSON value. The text ``{message}`` alone becomes the message as JSON."""
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
    """Return the JSON value of a response.

    Args:
        hook: The name of the hook that responded, for error messages.

    Raises:
        HookError: The body is not JSON.
    """
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        with suppress(ValueError, RecursionError):
            return _encodable(json.loads(reply.body, parse_constant=_refuse_constant))
        head = reply.body[:60].decode("utf-8", "replace")
        raise HookError(f"{hook} returned {reply.status} with a body that is not JSON: {head!r}.") from None


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _encodable(node: Any) -> Any:
    """Return a JSON value without lone surrogates, which JSON allows but UTF-8 cannot encode."""
    if isinstance(node, str):
        return node.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(node, dict):
        return {_encodable(name): _encodable(value) for name, value in node.items()}
    return [_encodable(value) for value in node] if isinstance(node, list) else node


def choose(reply: HttpReply, selector: str, hook: str) -> str:
    """Return the text that *selector* (``$.auth_url`` or ``header:Location``) selects from a response.

    Args:
        hook: The name of the hook that responded, for error messages.

    Raises:
        HookError: *selector* selects no text, or the body is not JSON.
    """
    if selector.startswith("header:"):
        value: Any = reply.headers.get(selector.removeprefix("header:").strip().lower())
    else:
        matches = select(read_json(reply, hook), selector)
        value = matches[0] if matches else None
    if not isinstance(value, str) or not value:
        raise HookError(f"{hook} returned {reply.status}, but {selector} selects no text in the response.")
    return value


def select(document: Any, path: str) -> list[Any]:
    """Return every value of *document* that the JSONPath *path* selects."""
    import jsonpath

    return list(jsonpath.findall(path, document))


def without(document: Any, paths: tuple[str, ...]) -> Any:
    """Return a copy of *document* in which ``<ignored>`` replaces every value that the JSONPaths in *paths* select."""
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
