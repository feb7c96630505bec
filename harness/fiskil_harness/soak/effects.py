"""What the app did, as the verdict needs it: the effects of each examined end user after the load."""

from typing import Any

import msgspec
from msgspec import Struct


class EndUserEffects(Struct, frozen=True, kw_only=True):
    """The app's final report about one end user.

    ``applied`` counts the effects of each message; None if the app reports no counts. ``pending`` is the work that was
    unfinished at the last look. ``state`` has symbols in place of ids, so that the states of two end users compare.
    ``foreign`` are ids in the state that belong to another end user. ``twin`` is the end user with the same life to whom
    everything was delivered in order; "" if there is none.
    """

    end_user_id: str
    applied: dict[str, int] | None = None
    pending: int | None = None
    state: bytes = b""
    foreign: tuple[str, ...] = ()
    twin: str = ""
    problem: str = ""


def with_symbols(state: Any, names: dict[str, str]) -> bytes:
    """Return *state* as JSON with symbols in place of ids, and with lists of objects in the order of their contents.

    Args:
        names: The symbol of each id.
    """
    return msgspec.json.encode(_named(state, names), order="sorted")


def _named(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, str):
        if node in names:
            return names[node]
        return " ".join(names.get(word, word) for word in node.split(" ")) if " " in node else node
    if isinstance(node, dict):
        return {names.get(key, key): _named(value, names) for key, value in node.items()}
    if isinstance(node, list):
        rows = [_named(value, names) for value in node]
        return sorted(rows, key=lambda row: msgspec.json.encode(row, order="sorted"))
    return node


def texts_in(node: Any) -> set[str]:
    """Return every text in a JSON value, and every word of texts with spaces."""
    if isinstance(node, str):
        return {node, *node.split(" ")}
    if isinstance(node, dict):
        return {text for key, value in node.items() for text in (key, *texts_in(value))}
    if isinstance(node, list):
        return {text for value in node for text in texts_in(value)}
    return set()


def first_difference(state: bytes, expected: bytes) -> str:
    """Return the first place at which two states differ, with both values, in one short phrase."""
    return _difference(msgspec.json.decode(state), msgspec.json.decode(expected), "state") or "equal"


def _difference(node: Any, expected: Any, place: str) -> str:
    if isinstance(node, dict) and isinstance(expected, dict):
        for key in sorted({*node, *expected}):
            if key not in node or key not in expected:
                return f"{place}.{key} is {'missing' if key not in node else 'not in the twin'}"
            found = _difference(node[key], expected[key], f"{place}.{key}")
            if found:
                return found
        return ""
    if isinstance(node, list) and isinstance(expected, list):
        if len(node) != len(expected):
            return f"{place} has {len(node)} entries, the twin {len(expected)}"
        pairs = zip(node, expected, strict=True)
        return next(filter(None, (_difference(left, right, place) for left, right in pairs)), "")
    return "" if node == expected else f"{place} is {_short(node)}, the twin's {_short(expected)}"


def _short(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."
