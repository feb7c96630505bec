"""OpenAPI Overlay 1.0 for targets that identify a single node: an update is merged into the node, a removal deletes it."""

import copy
import re
from typing import Any

from fiskil_harness.errors import ConfigError

_SEGMENT = re.compile(r"\.([A-Za-z_][\w-]*)|\['([^']+)'\]")


def apply(document: dict[str, Any], actions: list[dict[str, Any]], *, versions: tuple[str, ...] = ()) -> dict[str, Any]:
    """Apply *actions* to *document*, in their order, and return *document*.

    Args:
        versions: If given, an action is skipped if its ``x-versions`` contains none of these.

    Raises:
        ConfigError: A target does not identify a single node, or the node is not in the document.
    """
    for action in actions:
        if versions and not set(versions) & set(action.get("x-versions", versions)):
            continue
        *above, last = segments(action["target"])
        holder: Any = document
        for name in above:
            holder = _inside(holder, name, action["target"])
        if action.get("remove"):
            _inside(holder, last, action["target"])
            del holder[last]
        else:
            _merge(_inside(holder, last, action["target"]), copy.deepcopy(action["update"]))
    return document


def segments(target: str) -> list[str]:
    """Return the keys in *target*, such as ``$.paths['/v1/token'].post``, outermost first.

    Raises:
        ConfigError: *target* does not identify a single node.
    """
    names: list[str] = []
    at = 1
    while at < len(target):
        match = _SEGMENT.match(target, at)
        if match is None:
            break
        names.append(match[1] or match[2])
        at = match.end()
    if not target.startswith("$") or at < len(target) or not names:
        raise ConfigError(f"The overlay target {target!r} does not name one place. Write it as $.name['name'].")
    return names


def _inside(holder: Any, name: str, target: str) -> Any:
    if not isinstance(holder, dict) or name not in holder:
        raise ConfigError(f"The overlay target {target!r} is not in the document: there is no {name!r}.")
    return holder[name]


def _merge(target: dict[str, Any], update: dict[str, Any]) -> None:
    for name, value in update.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            _merge(target[name], value)
        else:
            target[name] = value
