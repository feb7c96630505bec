"""The single values of a record, and the way to each of them: where one row has its amount, the others have theirs."""

from collections.abc import Iterator
from typing import Any

Path = tuple[str, ...]


def leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a record that is no object, with the names that lead to it."""
    if not isinstance(node, dict):
        yield path, node
        return
    for name, value in node.items():
        yield from leaves(value, (*path, name))


def at(node: Any, path: Path) -> Any:
    """What stands at the end of *path*; None where nothing does."""
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    return node
