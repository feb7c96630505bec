"""The parts of an HTML report: what is shown at once, the stories that a script builds on demand, and the script."""

import json
import re
from collections.abc import Iterator

from fiskil_harness.gate.report.packed import Tree, unpacked

SCRIPT = re.compile(r"<script[^>]*>.*?</script>", re.DOTALL)


def shown_at_once(page: str) -> str:
    """Return the page without its scripts."""
    return SCRIPT.sub("", page)


def stories_in(page: str) -> dict[str, Tree]:
    """Return the story of each scenario as a tree."""
    island = re.search(r'<script type="application/json" id="packed">(.*?)</script>', page, re.DOTALL)
    assert island is not None
    return unpacked(json.loads(island[1])["stories"])


def script_of(page: str) -> str:
    """Return the only script that runs."""
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return str(script)


def nodes_of(tree: Tree) -> Iterator[Tree]:
    """Yield every element of a tree."""
    yield tree
    for child in tree[2:]:
        if not isinstance(child, str):
            yield from nodes_of(child)


def text_of(tree: Tree) -> str:
    """Return the text of a tree, with single spaces."""
    return " ".join(" ".join(_texts(tree)).split())


def _texts(tree: Tree) -> Iterator[str]:
    for child in tree[2:]:
        if isinstance(child, str):
            yield child
        else:
            yield from _texts(child)
