"""Replaces each secret in a journal by a placeholder that names it, so that equal secrets stay equal and unreadable.

The first secret of a kind has the name of its kind, such as ``client_secret``, and the next ones also have a number, such as
``access_token 3``. The search is that of the redactor: secrets and parts of secrets, in every encoding.
"""

import hashlib
import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar

from fiskil_harness.core.identifiers import ID_LIKE
from fiskil_harness.core.redaction import Hit, Index
from fiskil_harness.core.redaction.compressed import compressed_words
from fiskil_harness.core.redaction.redactor import TOKEN, changed, character_boundary
from fiskil_harness.core.redaction.secret_index import OTHER_CASE, SHORTEST

ROUNDS = 3
"""Maximum number of searches: a replacement could, by chance, complete an encoding around it."""
REMOVED = b"[harness]"
"""The text that replaces a whole value in which secrets are left after the last search."""

COMPRESSED = "in zlib"
"""The encoding of a compressed word that contains a secret, as a part of its placeholder."""
_TOKEN = re.compile(TOKEN.pattern.encode())
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_ID_LIKE = re.compile(ID_LIKE.pattern.encode())
_NO_ID = b", no id"
"""Marks the placeholder of a text that does not look like an id, such as a number or a JSON Web Token."""
_PLACEHOLDER = re.compile(
    rb"\[harness: (?:part of )?(\w+)(?: \d+)?(?: decoded| %b| in [\w-]+| as bytes)*(%b)?\]" % (OTHER_CASE.encode(), _NO_ID)
)

WORD_LENGTH = 24
_CONSONANTS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrtvw")
"""Makes letters of a digest that form no word, number or status."""
_HALF = WORD_LENGTH // 2

Tree = TypeVar("Tree")
Text = str | bytes
"""A text or bytes in a tree. Its leaf is its content as bytes."""


class _Cut(NamedTuple):
    """A part of a text to replace, with its position in bytes. ``placeholder`` is the text for it, without its end."""

    begin: int
    end: int
    placeholder: bytes
    is_number: bool


class Placeholders:
    """The names of all secrets of a run; a secret keeps its name from its first use on."""

    def __init__(self) -> None:
        self._index = Index()
        self._counts: Counter[str] = Counter()
        self._names: dict[str, str] = {}

    def learn(self, secrets: Iterable[tuple[str, str]], *, has_parts: bool = True) -> None:
        """Name each new secret of *secrets*, pairs of kind and value; values that are too short for a secret are ignored.

        Args:
            has_parts: False if only the whole values are secrets, because their parts may be words.
        """
        for kind, value in secrets:
            if len(value) < SHORTEST or value in self._names:
                continue
            name = kind.replace(" ", "_")
            self._counts[name] += 1
            self._names[value] = name if self._counts[name] == 1 else f"{name} {self._counts[name]}"
            self._index.add(self._names[value], value, has_parts=has_parts)

    def replace(self, tree: Any) -> Any:
        """Return *tree* with the secrets in its texts, bytes and integers replaced, including the keys of its dicts.

        Equal texts are searched once: an app that repeats a request repeats its texts.
        """
        leaves = dict[Text, bytes]()
        _collect(tree, leaves)
        self._learn_unknown_tokens(leaves.values())
        searched, replaced = leaves, dict[Text, bytes]()
        for _ in range(ROUNDS):
            searched = {text: _with_placeholders(searched[text], cuts) for text, cuts in self._cuts(searched).items()}
            replaced |= searched
        replaced |= dict.fromkeys(self._cuts(searched), REMOVED)
        return _rebuilt(tree, replaced, self._name_of_number)

    def _learn_unknown_tokens(self, leaves: Iterable[bytes]) -> None:
        """Name the tokens that no source lists, for example a token that expired long ago.

        A text that begins with a known secret is not one of them: in a database file, the next value follows immediately.
        """
        for leaf in leaves:
            for text in (leaf, *(content for _, content in compressed_words(leaf))):
                if b"eyJ" in text:
                    tokens = [match[0][len(match[1]) :].decode() for match in _TOKEN.finditer(text)]
                    self.learn(("token", token) for token in tokens if not any(map(token.startswith, self._names)))

    def _cuts(self, searched: Mapping[Text, bytes]) -> dict[Text, list[_Cut]]:
        """Return the parts to replace in each leaf of *searched* that contains a secret, by the text of the leaf."""
        texts, leaves = list(searched), list(searched.values())
        text = b"\0".join(leaves)
        found = [*self._index.hits(text), *self._hits_in_compressed(text)]
        hits = sorted(found, key=lambda hit: (hit.span[0], -hit.span[1], hit.kind))
        if not hits:
            return {}
        starts = list(accumulate((len(leaf) + 1 for leaf in leaves), initial=0))
        cuts: dict[Text, list[_Cut]] = {}
        for hit in hits:
            for number in range(max(0, bisect_left(starts, hit.span[0] + 1) - 1), len(leaves)):
                if starts[number] >= hit.span[1]:
                    break
                begin = max(0, hit.span[0] - starts[number])
                end = min(len(leaves[number]), hit.span[1] - starts[number])
                if begin < end:
                    _add(cuts.setdefault(texts[number], []), _cut(hit, leaves[number], begin, end))
        return cuts

    def _hits_in_compressed(self, text: bytes) -> Iterator[Hit]:
        """Yield a hit for each compressed word of *text* with a secret; its span is the whole word."""
        for span, content in compressed_words(text):
            for hit in self._index.hits(content)[:1]:
                yield hit._replace(span=span, is_whole=False, description=COMPRESSED)

    def _name_of_number(self, number: int) -> int | str:
        """Return the placeholder of a secret that is written as an integer, else the integer."""
        try:
            name = self._names.get(str(number))
        except ValueError:  # more digits than Python converts
            return number
        return f"[harness: {name}{_NO_ID.decode()}]" if name else number


def with_words(text: bytes) -> tuple[bytes, dict[str, str]]:
    """Return *text* with each placeholder replaced by a word, and the kind of the secret by its word.

    A probe of logs looks for words such as "token". The name in a placeholder must not count as a word of the app. Like most
    secrets, the word has a digit; a dot in it shows that the secret does not look like an id.
    """
    kinds: dict[str, str] = {}

    def word_of(match: re.Match[bytes]) -> bytes:
        digest = hashlib.sha256(match[0]).hexdigest()[:WORD_LENGTH]
        letters = digest.translate(_CONSONANTS)
        word = f"{letters[:_HALF]}7{'.' if match[2] else ''}{letters[_HALF:]}"
        kinds[word] = f"<{match[1].decode()}>"
        return word.encode()

    return _PLACEHOLDER.sub(word_of, text), kinds


def with_kinds(tree: Tree, kinds: dict[str, str]) -> Tree:
    """Return *tree* with each word of *kinds* in its texts replaced by the kind of the secret, as the redactor writes it."""
    if not kinds:
        return tree
    words = re.compile("|".join(map(re.escape, kinds)))
    shown: Tree = changed(tree, lambda text: words.sub(lambda match: kinds[match[0]], text))
    return shown


def _cut(hit: Hit, leaf: bytes, begin: int, end: int) -> _Cut:
    part = "" if hit.is_whole else "part of "
    encoding = f" {hit.description}" if hit.description else ""
    placeholder = f"[harness: {part}{hit.kind}{encoding}".encode()
    is_number = leaf[begin:end].isdigit()
    return _Cut(character_boundary(leaf, begin, -1), character_boundary(leaf, end, 1), placeholder, is_number)


def _add(cuts: list[_Cut], cut: _Cut) -> None:
    """Append *cut*, or join it with the last of *cuts* if they overlap."""
    if cuts and cut.begin < cuts[-1].end:
        cuts[-1] = cuts[-1]._replace(end=max(cut.end, cuts[-1].end))
    else:
        cuts.append(cut)


def _with_placeholders(leaf: bytes, cuts: list[_Cut]) -> bytes:
    """Return *leaf* with its *cuts* replaced. JSON stays JSON: a number becomes a text."""
    strings = _json_strings(leaf) if any(cut.is_number for cut in cuts) else None
    pieces, at = list[bytes](), 0
    for cut in cuts:
        is_json_number = cut.is_number and strings is not None and not _is_inside(strings, cut.begin)
        placeholder = cut.placeholder + (b"]" if _ID_LIKE.search(leaf[cut.begin : cut.end]) else _NO_ID + b"]")
        pieces += [leaf[at : cut.begin], b'"%s"' % placeholder if is_json_number else placeholder]
        at = cut.end
    return b"".join([*pieces, leaf[at:]])


def _json_strings(leaf: bytes) -> list[tuple[int, int]] | None:
    """Return the spans of the strings in a JSON object or array; None if *leaf* is neither."""
    if leaf[:1] not in {b"{", b"["}:
        return None
    try:
        json.loads(leaf)
    except (ValueError, RecursionError):
        return None
    return [match.span() for match in _STRING.finditer(leaf)]


def _is_inside(spans: list[tuple[int, int]], at: int) -> bool:
    number = bisect_left(spans, (at + 1,)) - 1
    return number >= 0 and at < spans[number][1]


def _collect(tree: Any, leaves: dict[Text, bytes]) -> None:
    """Add each text and bytes of *tree* to *leaves*, with its bytes."""
    if isinstance(tree, str):
        leaves[tree] = tree.encode("utf-8", "surrogatepass")
    elif isinstance(tree, bytes):
        leaves[tree] = tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            _collect(key, leaves)
            _collect(value, leaves)
    elif isinstance(tree, list | tuple):
        for value in tree:
            _collect(value, leaves)


def _rebuilt(tree: Any, replaced: Mapping[Text, bytes], of_number: Callable[[int], int | str]) -> Any:
    """Return *tree* with the texts in *replaced* and its integers replaced, and with lists in place of tuples."""
    if isinstance(tree, str | bytes):
        leaf = replaced.get(tree)
        return tree if leaf is None else leaf.decode("utf-8", "surrogatepass") if isinstance(tree, str) else leaf
    if isinstance(tree, dict):
        return {_rebuilt(key, replaced, of_number): _rebuilt(value, replaced, of_number) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_rebuilt(value, replaced, of_number) for value in tree]
    return of_number(tree) if isinstance(tree, int) and not isinstance(tree, bool) else tree
