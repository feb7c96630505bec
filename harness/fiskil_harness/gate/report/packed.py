"""Markup that a page stores compressed and builds on demand, from elements and text nodes only.

Markup becomes a tree of JSON lists, ``[tag, attributes, child, ...]`` with texts as strings. The trees are one zlib stream
in base64, so that no text of an app can end the script element that contains it.
"""

import base64
import zlib
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import msgspec

INLINE = frozenset({"p", "span", "summary"})
"""Elements in which a blank text between elements is a space."""
VOID = frozenset({"br", "wbr"})
Tree = list[Any]


def packed(markup_by_name: Mapping[str, str]) -> str:
    """Return the base64 text of every markup, by name."""
    trees = {name: tree_of(markup) for name, markup in markup_by_name.items()}
    return base64.b64encode(zlib.compress(msgspec.json.encode(trees), 9)).decode()


def unpacked(text: str) -> dict[str, Tree]:
    """Return what ``packed`` stored: the trees by name."""
    trees: dict[str, Tree] = msgspec.json.decode(zlib.decompress(base64.b64decode(text)))
    return trees


def tree_of(markup: str) -> Tree:
    """Return *markup* as the children of a ``div``, without blank texts between elements."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    """Builds the tree of valid markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: Tree = ["div", {}]
        self._open: list[Tree] = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node: Tree = [tag, {_as_written(name): value or "" for name, value in attrs}]
        self._open[-1].append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].append([tag, {_as_written(name): value or "" for name, value in attrs}])

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() or self._open[-1][0] == "pre":
            self._open[-1].append(data)
        elif self._open[-1][0] in INLINE:
            self._open[-1].append(" ")


def _as_written(name: str) -> str:
    """Return an attribute's name with the case that SVG requires; the parser returns lower case."""
    return "viewBox" if name == "viewbox" else name
