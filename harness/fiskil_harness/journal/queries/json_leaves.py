"""Values inside a JSON record and their paths, so that the same value can be found in all rows of a list."""

from collections.abc import Iterator
from typing import Any

Path = tuple[str, ...]


def leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each value inside *node* that is not an object, with its path (the names of the enclosing fields)."""
    if not isinstance(node, dict):
        yield path, node
        return
    for name, value in node.items():
        yield from leaves(value, (*path, name))


def at(node: Any, path: Path) -> Any:
    """Return the value at *path* in *node*, or None if there is no value."""
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    return node
