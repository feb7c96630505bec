"""A secret value, and the parts of it that are a leak too, because only a client with the secret can know them.

Such a part has nine or more characters that look random, or fourteen hex digits. A prefix, a word, a year, and text that
every JSON Web Token has are no leak.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

SHORTEST_PART = 9
"""The minimum number of consecutive characters of a secret that are a leak."""
SHORTEST_HEX_PART = 14
"""The same for hex digits. Nine are too few: ids in hex, of which a run has many thousands, contain them by chance."""

SHORTEST_KEY_BYTES = 16
SHORTEST_RANDOM = 16
FEWEST_CHARACTERS = 10
"""The minimum number of different characters in a random value; a value with fewer was typed by a person."""
FEWEST_TURNS = 0.25
"""The minimum number of changes of character class per character in a random value; words have fewer changes."""

_PREFIX = re.compile(rb"(?:[A-Za-z]{2,10}_)+")
_ONE_WORD = re.compile(rb"[\w+/=-]+")
_HEX = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_RUN = re.compile(rb"[A-Za-z0-9]{16,}")
"""Pattern of the random part in a value that also contains words, such as a URL."""
_CLAIM = re.compile(rb'[:,\[]\s*"([\w-]{12,})"')
_LETTERS_AND_DIGITS = dict.fromkeys(range(97, 123), 1) | dict.fromkeys(range(65, 91), 2) | dict.fromkeys(range(48, 58), 3)
_CLASSES = bytes(_LETTERS_AND_DIGITS.get(number, 4 if number < 128 else number % 4) for number in range(256))
"""The class of each character: lower case, upper case, digit, other; bytes that are not ASCII are spread over classes."""

_FOR_URLS = bytes.maketrans(b"+/", b"-_")

Spans = tuple[tuple[int, int], ...]


class Secret(NamedTuple):
    """A secret to search for.

    ``form`` is "" for the value itself, and begins with ``decoded`` for the key that a base64 value encodes. Within one of
    the spans ``parts``, as many consecutive bytes as ``shortest_part`` returns are a leak. Without parts, only the whole
    value is a leak.
    """

    kind: str
    form: str
    value: bytes
    parts: Spans

    def __repr__(self) -> str:
        """Return the kind and the form, but not the secret value."""
        return f"Secret({self.kind}, {self.form})"

    @property
    def is_number(self) -> bool:
        """True if the value is a number. As part of a longer number, it is no leak."""
        return self.value.isdigit()


def secrets_of(kind: str, value: str, *, has_parts: bool = True) -> Iterator[Secret]:
    """Yield the secret *value* itself and, if it is base64, the key that it encodes."""
    raw = value.encode()
    yield Secret(kind, "", raw, parts_of(raw) if has_parts else ())
    key = _key_behind(raw)
    if key:
        yield Secret(kind, "decoded", key, parts_of(key) if has_parts else ())
        if not key.isascii():
            # Texts are decoded only if the result is readable. This key is not, so its encodings are searched for.
            yield from (
                Secret(kind, f"decoded {words}", chunk, parts_of(chunk) if has_parts else ())
                for words, chunk in _encodings_of(key)
            )


@lru_cache(maxsize=20_000)
def parts_of(value: bytes) -> Spans:
    """Return the spans of *value* in which any nine consecutive bytes identify the secret."""
    if value.isdigit():
        return ()
    pieces = value.split(b".")
    if len(pieces) == 3 and value.startswith(b"eyJ"):
        return _parts_of_jwt(*pieces)
    if any(number >= 128 or number < 32 for number in value):
        return ((0, len(value)),) if len(value) >= SHORTEST_KEY_BYTES and len(set(value)) >= FEWEST_CHARACTERS else ()
    prefix = _PREFIX.match(value)
    begin = prefix.end() if prefix and prefix.end() < len(value) else 0
    if len(value) - begin >= SHORTEST_RANDOM and _ONE_WORD.fullmatch(value, begin) and is_random(value[begin:]):
        return ((begin, len(value)),)
    return tuple(match.span() for match in _RUN.finditer(value, begin) if is_random(match[0]))


def is_random(text: bytes) -> bool:
    """Return True if *text* looks random, and not typed by a person."""
    return len(set(text)) >= FEWEST_CHARACTERS and class_changes(text) >= FEWEST_TURNS * len(text)


def has_random_run(text: bytes) -> bool:
    """Return True if *text* contains a long run of letters and digits that looks random."""
    return any(is_random(match[0]) for match in _RUN.finditer(text))


def shortest_part(text: bytes) -> int:
    """Return how many consecutive characters of the random *text* are a leak."""
    return SHORTEST_HEX_PART if _HEX.fullmatch(text) else SHORTEST_PART


def class_changes(text: bytes) -> int:
    """Count the changes of character class: lower case, upper case, digit, other."""
    classes = text.translate(_CLASSES)
    return sum(map(int.__ne__, classes, classes[1:]))


def _parts_of_jwt(head: bytes, payload: bytes, signature: bytes) -> Spans:
    """Return the spans of the signature, and of the parts of the payload that encode an id with digits.

    The first claim is excluded: it identifies the token's owner and is the same in all tokens. So an app may log the first
    characters of a token.
    """
    begin = len(head) + 1
    ids = tuple((begin + first, begin + last) for first, last in _random_claims(payload))
    end = begin + len(payload) + 1
    return (*ids, (end, end + len(signature)))


def _random_claims(payload: bytes) -> Iterator[tuple[int, int]]:
    """Yield the spans of the base64 text *payload* that encode ids with digits, except for the first claim."""
    try:
        claims = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
        decoded: Any = msgspec.json.decode(claims)
    except (binascii.Error, ValueError, msgspec.DecodeError, RecursionError):
        return
    if not isinstance(decoded, dict) or not decoded:
        return
    first = next(iter(decoded.values()))
    for match in _CLAIM.finditer(claims):
        if match[1].decode() != first and any(number in b"0123456789" for number in match[1]):
            # Only whole characters: those at the edges also encode the neighbouring bytes.
            yield -(-match.start(1) * 4 // 3), match.end(1) * 4 // 3


def _encodings_of(key: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the encodings of *key*, each with a phrase for it: hex, and base64 at each offset inside a longer text."""
    yield "in hex", key.hex().encode()
    yield "in hex", key.hex().upper().encode()
    for lead in range(3):
        encoded = base64.b64encode(b"\0" * lead + key)
        core = encoded[-(-lead * 8 // 6) : len(encoded) - 4]
        yield "in base64", core
        yield "in base64", core.translate(_FOR_URLS)


def _key_behind(value: bytes) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error:
        return b""
    return key if len(key) >= SHORTEST_KEY_BYTES else b""
