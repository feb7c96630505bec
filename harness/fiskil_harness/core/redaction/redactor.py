"""The redactor, which replaces each secret in a text by its kind, such as ``<client_secret>``.

All texts are redacted before they leave the process. Like the probes, the redactor finds whole secrets and parts of nine
characters, in every encoding that ``fiskil_harness.core.redaction`` decodes.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from itertools import accumulate
from typing import Any, TypeVar

from msgspec import Struct, structs

from fiskil_harness.core.redaction import Index
from fiskil_harness.core.redaction.environment_secrets import usual_secrets

TOKEN = re.compile(
    r"(?<![\w-])(?=[\w-]++\.[\w-]{8,}+\.[\w-]{16})"  # three words; only then their first one is searched
    r"([\w-]*?)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{16,}"
)
"""Pattern of access tokens, for a token that expired before it was registered as a secret."""

Secrets = Callable[[], Iterable[tuple[str, str]]]
"""A function that returns the current secrets as pairs of kind and value. Each redaction calls it to get new tokens."""

Tree = TypeVar("Tree")

_Cut = tuple[int, int, str]
"""A part of a text to remove: its begin and end in bytes, and the kind of secret."""


class Redactor:
    """Collects secrets with their kinds, and removes them from texts."""

    def __init__(self, *sources: Secrets) -> None:
        self._sources = [*sources, usual_secrets]
        self._index = Index()

    def register(self, kind: str, value: str | None, *, has_parts: bool = True) -> None:
        """Register *value* as a secret, to remove it from all later texts. None and very short values are ignored.

        Args:
            has_parts: False if only the whole value is a secret, because its parts may be words.
        """
        if value:
            self._index.add(kind, value, has_parts=has_parts)

    def learn(self) -> None:
        """Register the secrets that the sources return now; secrets of earlier calls stay registered."""
        for source in self._sources:
            for kind, value in source():
                self.register(kind, value)

    def redact(self, text: str) -> str:
        """Return *text* with each secret replaced by its kind in angle brackets."""
        self.learn()
        return _without_tokens(_without(text.encode("utf-8", "surrogatepass"), self._cuts(text)))

    def redact_tree(self, node: Tree) -> Tree:
        """Return *node* with every string in its structs, dicts, lists and tuples redacted, including keys."""
        self.learn()
        texts: list[str] = []

        def collect(text: str) -> str:
            texts.append(text)
            return text

        changed(node, collect)
        redacted = _each_without(texts, self._cuts("\0".join(texts)))
        result: Tree = changed(node, lambda _text: _without_tokens(next(redacted)))
        return result

    def _cuts(self, text: str) -> list[_Cut]:
        """Return the parts to remove from *text*, in order and without overlaps."""
        hits = self._index.hits(text.encode("utf-8", "surrogatepass"))
        cuts: list[_Cut] = []
        for begin, end, kind in sorted((*hit.span, hit.kind) for hit in hits):
            if cuts and begin < cuts[-1][1]:
                cuts[-1] = (cuts[-1][0], max(end, cuts[-1][1]), cuts[-1][2])
            else:
                cuts.append((begin, end, kind))
        return cuts


def _each_without(texts: list[str], cuts: list[_Cut]) -> Iterator[str]:
    """Yield each of *texts* without *cuts*, whose positions refer to all texts joined by one separator byte."""
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
        begin, end = character_boundary(raw, begin, -1), character_boundary(raw, end, 1)  # noqa: PLW2901 - only whole characters are cut
        pieces += [raw[at:begin], f"<{kind}>".encode()]
        at = end
    return b"".join([*pieces, raw[at:]]).decode("utf-8", "surrogatepass")


def character_boundary(raw: bytes, at: int, step: int) -> int:
    """Return the first boundary between characters, from position *at* in the direction of *step*, which is 1 or -1."""
    while 0 < at < len(raw) and raw[at] & 0xC0 == 0x80:
        at += step
    return min(at, len(raw))


def _without_tokens(text: str) -> str:
    return TOKEN.sub(r"\1<token>", text) if "eyJ" in text else text


def changed(node: Any, change: Callable[[str], str]) -> Any:
    """Return *node* with every string replaced by the result of *change*, which is called in the order of the strings."""
    if isinstance(node, str) and not isinstance(node, Enum):
        return change(node)
    if isinstance(node, Struct):
        return structs.replace(node, **{name: changed(getattr(node, name), change) for name in node.__struct_fields__})
    if isinstance(node, dict):
        return {changed(key, change): changed(value, change) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return type(node)(changed(value, change) for value in node)
    return node
