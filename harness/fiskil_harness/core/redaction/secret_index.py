"""The index of all secrets of a run, and the one pass that finds them in a text.

Nine characters in a row hold five that begin at a place divisible by five: so only each fifth place of a text is looked at,
and what is found there in the index is compared character by character.
"""

from collections.abc import Iterator
from typing import NamedTuple

from fiskil_harness.core.redaction.decodings import Decoding, decodings
from fiskil_harness.core.redaction.encoded_runs import Span, of_digits
from fiskil_harness.core.redaction.secret import SHORTEST_PART, Secret, secrets_of, turns

SHORTEST = 6
"""Shorter values are words or mere numbers: what holds them tells nothing."""
GRAM = 5
STRIDE = SHORTEST_PART - GRAM + 1
MOST_DIGITS = 32
FEWEST_TURNS = 2
"""Nine characters that turn less often may be a word and a number."""


class Hit(NamedTuple):
    """A secret, or a part of it, in a text: its kind, how it is written, and where in the text it stands."""

    kind: str
    description: str
    is_whole: bool
    span: Span

    @property
    def text(self) -> str:
        """What a finding says: ``the access token``, ``a part of the client secret in base64``."""
        return f"{'' if self.is_whole else 'a part of '}the {self.kind}{' ' + self.description if self.description else ''}"


class Index:
    """Secrets, to be found whole in any spelling, or in parts of nine characters and more."""

    def __init__(self) -> None:
        self._grams: dict[bytes, list[tuple[Secret, int]]] = {}
        self._numbers: dict[bytes, Secret] = {}
        self._fewest_digits = MOST_DIGITS
        self._short: list[Secret] = []
        self._known: set[bytes] = set()
        self._parts: set[bytes] = set()

    def add(self, kind: str, value: str, *, has_parts: bool = True) -> None:
        """Search for *value* from now on, unless it is too short; without *has_parts* for the whole of it alone."""
        if len(value) >= SHORTEST and value.encode() not in self._known:
            for secret in secrets_of(kind, value, has_parts=has_parts):
                self._add(secret)

    def _add(self, secret: Secret) -> None:
        if secret.value in self._known:
            return
        self._known.add(secret.value)
        if secret.is_number:
            self._numbers[secret.value] = secret
            self._fewest_digits = min(self._fewest_digits, len(secret.value))
        elif len(secret.value) < SHORTEST_PART:
            self._short.append(secret)
        else:
            for begin, end in secret.parts or (_plainest(secret.value),):
                part = secret.value[begin:end]
                # All tokens of one key have claims in common.
                if part not in self._parts:
                    self._parts.add(part)
                    for at in range(begin, end - GRAM + 1):
                        self._grams.setdefault(secret.value[at : at + GRAM], []).append((secret, at))

    def hits(self, text: bytes) -> list[Hit]:
        """Every secret in *text*; one that can be read in several ways is told in the plainest."""
        found: list[Hit] = []
        for reading in decodings(text):
            for secret, begin, end in self._found(reading.text):
                is_whole = end - begin == len(secret.value)
                found.append(Hit(secret.kind, _words(secret, reading), is_whole, reading.places(begin, end)))
        return list(_outermost(found))

    def _found(self, text: bytes) -> Iterator[tuple[Secret, int, int]]:
        grams = self._grams
        reached: dict[bytes, int] = {}
        # The one hot loop: a slice and a look-up for each fifth character.
        for at in [at for at in range(0, len(text) - GRAM + 1, STRIDE) if text[at : at + GRAM] in grams]:
            for secret, offset in grams[text[at : at + GRAM]]:
                if reached.get(secret.value, 0) > at:
                    continue
                first, last = _common(text, at, secret.value, offset)
                if _is_leak(secret, first, last):
                    begin = at - (offset - first)
                    reached[secret.value] = begin + last - first
                    yield secret, begin, begin + last - first
        for span in of_digits(text, self._fewest_digits) if self._numbers else ():
            number = text[slice(*span)]
            if number in self._numbers:
                yield self._numbers[number], *span
        for secret in self._short:
            at = text.find(secret.value)
            while at >= 0:
                yield secret, at, at + len(secret.value)
                at = text.find(secret.value, at + 1)


def _plainest(value: bytes) -> Span:
    """Nine bytes of *value* by which the whole of it is found: those that differ most from each other."""
    begin = max(range(len(value) - SHORTEST_PART + 1), key=lambda at: len(set(value[at : at + SHORTEST_PART])))
    return begin, begin + SHORTEST_PART


def _outermost(found: list[Hit]) -> Iterator[Hit]:
    """Each hit that stands in no other of its kind; of several in one place the first, which is the plainest."""
    reached: dict[str, int] = {}
    for hit in sorted(found, key=lambda hit: (hit.span[0], -hit.span[1])):
        if hit.span[1] > reached.get(hit.kind, -1):
            reached[hit.kind] = hit.span[1]
            yield hit


def _common(text: bytes, at: int, value: bytes, offset: int) -> tuple[int, int]:
    """How much of *value* stands around place *at* of *text*, where its part from *offset* on stands."""
    first, last = offset, offset + GRAM
    while first and at - (offset - first) and text[at - (offset - first) - 1] == value[first - 1]:
        first -= 1
    stop = min(len(value), offset + len(text) - at)
    while last < stop and text[at + last - offset] == value[last]:
        last += 1
    return first, last


def _is_leak(secret: Secret, first: int, last: int) -> bool:
    """Whether the part of the value from *first* to *last* gives it away."""
    if last - first == len(secret.value):
        return True
    for begin, end in secret.parts:
        shown = range(max(begin, first), min(end, last) - SHORTEST_PART + 1)
        if any(turns(secret.value[number : number + SHORTEST_PART]) >= FEWEST_TURNS for number in shown):
            return True
    return False


def _words(secret: Secret, reading: Decoding) -> str:
    """How it is written there; escapes are not told, because only some values need any."""
    return " ".join(text for text in (secret.form, *dict.fromkeys(reading.encoding)) if text)
