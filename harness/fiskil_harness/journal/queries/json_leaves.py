"""Leaf values of a JSON record and their paths, which are the same in all rows of one list."""

from collections.abc import Iterator
from typing import Any

Path = tuple[str, ...]


def leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every value of *node* that is not an object, with the path of names that leads to it."""
    if not isinstance(node, dict):
        yield path, node
        return
    for name, value in node.items():
        yield from leaves(value, (*path, name))


def at(node: Any, path: Path) -> Any:
    """Return the value at *path*; None if there is none."""
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    return node
