"""The redactor: it replaces each secret in a text by its kind, before the text leaves the process.

It searches as the probes do: for the whole secret and for parts of nine characters, in every encoding that
``fiskil_harness.core.redaction`` decodes. The replacement is, for example, ``<client_secret>``.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Any

from fiskil_harness.core.redaction import Index

_TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{16,}")
"""An access token that was not registered, because it expired first."""

Secrets = Callable[[], Iterable[tuple[str, str]]]
"""A function that returns pairs of kind and value. It is called each time: tokens are issued while the harness runs."""

_Cut = tuple[int, int, str]
"""A part to remove: its first and last position in bytes, and its kind."""


class Redactor:
    """Holds the secrets with their kinds, and removes them from texts."""

    def __init__(self, *sources: Secrets) -> None:
        self._sources = list(sources)
        self._index = Index()

    def register(self, kind: str, value: str | None) -> None:
        """Remove *value* from every later text. None and very short values are ignored."""
        if value:
            self._index.add(kind, value)

    def learn(self) -> None:
        """Register the secrets that the sources hold now; they stay registered."""
        for source in self._sources:
            for kind, value in source():
                self.register(kind, value)

    def redact(self, text: str) -> str:
        """Return *text* with each secret replaced by its kind in angle brackets."""
        self.learn()
        return _without_tokens(_without(text.encode("utf-8", "surrogatepass"), self._cuts(text)))

    def redact_tree(self, node: Any) -> Any:
        """Return a JSON value with every string redacted, keys included."""
        self.learn()
        texts = list(_texts(node))
        cuts = self._cuts("\0".join(texts))
        changed = iter(_each_without(texts, cuts))
        return _changed(node, lambda _text: _without_tokens(next(changed)))

    def _cuts(self, text: str) -> list[_Cut]:
        """The parts to remove from *text*, in order and without overlaps."""
        hits = self._index.hits(text.encode("utf-8", "surrogatepass"))
        cuts: list[_Cut] = []
        for begin, end, kind in sorted((*hit.span, hit.kind) for hit in hits):
            if cuts and begin < cuts[-1][1]:
                cuts[-1] = (cuts[-1][0], max(end, cuts[-1][1]), cuts[-1][2])
            else:
                cuts.append((begin, end, kind))
        return cuts


def _each_without(texts: list[str], cuts: list[_Cut]) -> Iterator[str]:
    """Apply *cuts* to each of *texts*. Positions count through all texts, joined with one byte between two of them."""
    if not cuts:
        yield from texts
        return
    raw = [text.encode("utf-8", "surrogatepass") for text in texts]
    starts = accumulate((len(chunk) + 1 for chunk in raw), initial=0)
    for chunk, start in zip(raw, starts, strict=False):
        first = bisect_left(cuts, start, key=lambda cut: cut[1])
        last = bisect_left(cuts, start + len(chunk), key=lambda cut: cut[0])
        yield _without(chunk, [(max(0, begin - start), end - start, kind) for begin, end, kind in cuts[first:last]])


def _without(raw: bytes, cuts: list[_Cut]) -> str:
    pieces, at = list[bytes](), 0
    for begin, end, kind in cuts:
        begin, end = _character(raw, begin, -1), _character(raw, end, 1)  # noqa: PLW2901 - a cut goes around whole characters
        pieces += [raw[at:begin], f"<{kind}>".encode()]
        at = end
    return b"".join([*pieces, raw[at:]]).decode("utf-8", "surrogatepass")


def _character(raw: bytes, at: int, step: int) -> int:
    """The nearest character boundary, at *at* or in the direction of *step*."""
    while 0 < at < len(raw) and raw[at] & 0xC0 == 0x80:
        at += step
    return min(at, len(raw))


def _without_tokens(text: str) -> str:
    return _TOKEN.sub("<token>", text) if "eyJ" in text else text


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
