"""The last door: every text that leaves the process has the secrets it may carry replaced by their kind.

A secret is looked for as it is, base64-encoded at any offset, and percent-encoded; what is found reads ``<client_secret>``.
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

SHORTEST = 6
"""Shorter values are no secrets, and replacing them would eat ordinary words."""

_TOKEN = r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{16,}"
"""An access token that was not registered, because it died before anybody looked."""

Secrets = Callable[[], Iterable[tuple[str, str]]]
"""Pairs of kind and value, read anew each time, because tokens are minted while the harness runs."""


class Redactor:
    """Knows the live secrets by their kind, and takes them out of texts."""

    def __init__(self, *sources: Secrets) -> None:
        self._sources = list(sources)
        self._kinds: dict[str, str] = {}

    def register(self, kind: str, value: str | None) -> None:
        """Take *value* out of every text from now on; nothing and very short values are left alone."""
        if value and len(value) >= SHORTEST:
            for form in forms(value):
                self._kinds.setdefault(form, kind)

    def learn(self) -> None:
        """Register what the sources hold now; it stays known when they are gone."""
        for source in self._sources:
            for kind, value in source():
                if value not in self._kinds:
                    self.register(kind, value)

    def redact(self, text: str) -> str:
        """*text* with every secret replaced by its kind in angle brackets."""
        self.learn()
        return self._replacing(text)(text)

    def redact_tree(self, node: Any) -> Any:
        """A JSON value with every text in it redacted, keys included."""
        self.learn()
        return _changed(node, self._replacing("\0".join(_texts(node))))

    def _replacing(self, whole: str) -> Callable[[str], str]:
        """What takes every secret out of any part of *whole*.

        A long run knows thousands of secrets, of which hardly one is ever found: looking for each in one text is fast, and
        the pattern is made of those that are there.
        """
        found = sorted((form for form in self._kinds if form in whole), key=len, reverse=True)
        pattern = re.compile("|".join([*map(re.escape, found), _TOKEN]))
        return lambda text: pattern.sub(lambda match: f"<{self._kinds.get(match[0], 'token')}>", text)


def _changed(node: Any, change: Callable[[str], str]) -> Any:
    if isinstance(node, str):
        return change(node)
    if isinstance(node, dict):
        return {_changed(key, change): _changed(value, change) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_changed(value, change) for value in node]
    return node


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _texts(key)
            yield from _texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _texts(value)


def forms(value: str) -> set[str]:
    """Every spelling under which *value* may show: itself, percent-encoded, and inside any base64 text."""
    found = {value, quote(value, safe=""), quote(value), value.replace("/", r"\/")}
    raw = value.encode()
    for offset in range(3):
        # Base64 of any longer text shows this core; only the characters at its edges depend on the neighbours.
        encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        first, last = (0, 2, 3)[offset], len(encoded) - (1 if (offset + len(raw)) % 3 else 0)
        core = encoded[first:last]
        if len(core) >= SHORTEST:
            found |= {core, core.replace("+", "-").replace("/", "_"), quote(core, safe="")}
    return found
