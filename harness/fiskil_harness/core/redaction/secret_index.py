"""An index of all secrets of a run, which finds the secrets in a text in one pass.

Nine consecutive characters always contain five that begin at a position divisible by five. So only every fifth position
of a text is looked up in the index; a match is then compared character by character.

Letter case makes no difference, nor does a hyphen or an underscore, because programs change both in the names of headers.
So the index contains all values in one form, and texts are looked up in that form.
"""

import re
import string
from collections.abc import Iterator
from typing import NamedTuple

from fiskil_harness.core.redaction.decodings import Decoding, decodings
from fiskil_harness.core.redaction.encoded_runs import Span, of_digits
from fiskil_harness.core.redaction.secret import (
    SHORTEST_PART,
    Secret,
    class_changes,
    secrets_of,
    shortest_part,
)

SHORTEST = 6
"""The minimum length of a secret. A shorter value is a word or a small number, and its occurrence is no leak."""
_FORM = bytes.maketrans(string.ascii_uppercase.encode() + b"-", string.ascii_lowercase.encode() + b"_")
"""Maps upper case to lower case, and hyphens to underscores."""
OTHER_CASE = "in another letter case"
IN_GROUPS = "in groups"
GRAM = 5
STRIDE = SHORTEST_PART - GRAM + 1
MOST_DIGITS = 32
_GROUPS = re.compile(rb"\d(?<!\d\d)\d{1,5}(?:[ .-]\d{2,6})+(?!\d)")
"""Pattern of groups of digits, of which some may be a number such as ``482 915 637``."""
_GROUP = re.compile(rb"\d+")
_BETWEEN_GROUPS = b" .-"
MOST_GROUPS = 8
FEWEST_TURNS = 2
"""The minimum number of changes of character class in a leaked part; with fewer, it may consist of ordinary words."""


class Hit(NamedTuple):
    """A secret, or a part of it, in a text: its kind, its encoding, and its position."""

    kind: str
    description: str
    is_whole: bool
    span: Span

    @property
    def text(self) -> str:
        """The hit as a phrase for a finding: ``the access token``, ``a part of the client secret in base64``."""
        return f"{'' if self.is_whole else 'a part of '}the {self.kind}{' ' + self.description if self.description else ''}"


class _Place(NamedTuple):
    """A position in the value of a secret; ``form`` is the value in lower case with underscores."""

    secret: Secret
    at: int
    form: bytes


class _Match(NamedTuple):
    """A part of a secret in a text, with its position there, and a phrase for how its spelling differs from the value."""

    secret: Secret
    begin: int
    end: int
    spelling: str = ""


class Index:
    """Secrets to find in a text: whole or in parts of nine or more characters, in any encoding."""

    def __init__(self) -> None:
        self._grams: dict[bytes, list[_Place]] = {}
        self._numbers: dict[bytes, Secret] = {}
        self._fewest_digits = MOST_DIGITS
        self._short: list[Secret] = []
        self._known: set[bytes] = set()
        self._parts: set[bytes] = set()

    def add(self, kind: str, value: str, *, has_parts: bool = True) -> None:
        """Search for *value* from now on, unless it is too short. Without *has_parts*, only the whole value is a leak."""
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
            form = secret.value.translate(_FORM)
            for begin, end in secret.parts or (_most_distinctive(secret.value),):
                part = secret.value[begin:end]
                # All tokens of the same key share claims.
                if part not in self._parts:
                    self._parts.add(part)
                    for at in range(begin, end - GRAM + 1):
                        self._grams.setdefault(form[at : at + GRAM], []).append(_Place(secret, at, form))

    def hits(self, text: bytes) -> list[Hit]:
        """Return every secret in *text*. For a secret that is found in several encodings, the simplest is reported."""
        hits: list[Hit] = []
        for decoding in decodings(text):
            for secret, begin, end, spelling in self._matches(decoding.text):
                is_whole = end - begin >= len(secret.value)
                words = _words(secret, decoding, spelling)
                hits.append(Hit(secret.kind, words, is_whole, decoding.places(begin, end)))
        return list(_outermost(hits))

    def _matches(self, text: bytes) -> Iterator[_Match]:
        grams, form = self._grams, text.translate(_FORM)
        reached: dict[bytes, int] = {}
        # The hot loop: a slice and a look-up for each fifth character.
        for at in [at for at in range(0, len(form) - GRAM + 1, STRIDE) if form[at : at + GRAM] in grams]:
            for place in grams[form[at : at + GRAM]]:
                if reached.get(place.secret.value, 0) > at:
                    continue
                match = _match(place, at, text, place.secret.value, "")
                match = match or _match(place, at, form, place.form, OTHER_CASE)
                if match:
                    reached[place.secret.value] = match.end
                    yield match
        for span in of_digits(text, self._fewest_digits) if self._numbers else ():
            number = text[slice(*span)]
            if number in self._numbers:
                yield _Match(self._numbers[number], *span)
        yield from self._numbers_in_groups(text) if self._numbers else ()
        for secret in self._short:
            at = text.find(secret.value)
            while at >= 0:
                yield _Match(secret, at, at + len(secret.value))
                at = text.find(secret.value, at + 1)

    def _numbers_in_groups(self, text: bytes) -> Iterator[_Match]:
        for written in _GROUPS.finditer(text):
            if len(written[0].translate(None, _BETWEEN_GROUPS)) < self._fewest_digits:
                continue  # a date or a time
            groups = list(_GROUP.finditer(text, *written.span()))
            for number, first in enumerate(groups):
                digits = first[0]
                for last in groups[number + 1 : number + MOST_GROUPS]:
                    digits += last[0]
                    if digits in self._numbers:
                        yield _Match(self._numbers[digits], first.start(), last.end(), IN_GROUPS)


def _most_distinctive(value: bytes) -> Span:
    """Return the span of the nine bytes of *value* by which the index finds the value: those with the most variety."""
    begin = max(range(len(value) - SHORTEST_PART + 1), key=lambda at: len(set(value[at : at + SHORTEST_PART])))
    return begin, begin + SHORTEST_PART


def _outermost(hits: list[Hit]) -> Iterator[Hit]:
    """Yield each hit that is not inside another hit of the same kind. Of hits with equal spans, yield only the first."""
    reached: dict[str, int] = {}
    for hit in sorted(hits, key=lambda hit: (hit.span[0], -hit.span[1])):
        if hit.span[1] > reached.get(hit.kind, -1):
            reached[hit.kind] = hit.span[1]
            yield hit


def _match(place: _Place, at: int, text: bytes, value: bytes, spelling: str) -> _Match | None:
    """Return the part of *value* around *place* that *text* contains at *at*; None if it is no leak.

    *value* is the value of the secret or its form, and *text* is in the same form.
    """
    if text[at : at + GRAM] != value[place.at : place.at + GRAM]:
        return None
    first, last = _common(text, at, value, place.at)
    begin = at - (place.at - first)
    return _Match(place.secret, begin, begin + last - first, spelling) if _is_leak(place.secret, first, last) else None


def _common(text: bytes, at: int, value: bytes, offset: int) -> tuple[int, int]:
    """Return the longest part of *value* that *text* contains, if byte *offset* of *value* is at position *at* of *text*."""
    first, last = offset, offset + GRAM
    while first and at - (offset - first) and text[at - (offset - first) - 1] == value[first - 1]:
        first -= 1
    stop = min(len(value), offset + len(text) - at)
    while last < stop and text[at + last - offset] == value[last]:
        last += 1
    return first, last


def _is_leak(secret: Secret, first: int, last: int) -> bool:
    """Return True if the part of the secret from *first* to *last* is a leak."""
    if last - first == len(secret.value):
        return True
    for begin, end in secret.parts:
        shortest = shortest_part(secret.value[begin:end])
        starts = range(max(begin, first), min(end, last) - shortest + 1)
        if any(class_changes(secret.value[number : number + shortest]) >= FEWEST_TURNS for number in starts):
            return True
    return False


def _words(secret: Secret, decoding: Decoding, spelling: str) -> str:
    """Return the encoding of a hit as a phrase. It does not mention escapes, because only some values need them."""
    texts = (secret.form, *dict.fromkeys(decoding.encoding), spelling)
    return " ".join(text for text in texts if text)
