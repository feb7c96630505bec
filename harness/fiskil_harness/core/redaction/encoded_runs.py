"""Fast search for base64, hex and long numbers in a text.

Each character becomes a byte that is 1 if the character may belong to a match, and else 0. The bytes form one large
integer, so one shift and one AND compare all neighbouring characters. Megabytes take only a few milliseconds.
"""

import string

_ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
_VALUES = {ord(letter): value for value, letter in enumerate(_ALPHABET)} | {ord("-"): 62, ord("_"): 63}

_FIRST = bytes(8 <= _VALUES.get(number, 0) < 32 for number in range(256))
_SECOND = bytes(number in _VALUES and 2 <= _VALUES[number] % 16 < 8 for number in range(256))
_THIRD = bytes(number in _VALUES and _VALUES[number] % 4 < 2 for number in range(256))
_ANY = bytes(number in _VALUES for number in range(256))
_HIGH = bytes(chr(number) in "234567" for number in range(256))
_LOW = bytes(chr(number) in string.hexdigits for number in range(256))
_ZERO = bytes(chr(number) == "0" for number in range(256))
_DIGIT = bytes(chr(number) in string.digits for number in range(256))

# In UTF-16, three bytes are either a character, a zero and a character, or a zero, a character and a zero.
_SECOND_BEFORE_ZERO = bytes(number in _VALUES and _VALUES[number] % 16 == 0 for number in range(256))
_THIRD_AFTER_ZERO = bytes(number in _VALUES and _VALUES[number] < 2 for number in range(256))
_NULL = bytes(_VALUES.get(number) == 0 for number in range(256))
_SECOND_AFTER_ZERO = bytes(2 <= _VALUES.get(number, 0) < 8 for number in range(256))
_THIRD_BEFORE_ZERO = bytes(number in _VALUES and _VALUES[number] % 4 == 0 for number in range(256))

Span = tuple[int, int]


def in_base64(text: bytes) -> list[Span]:
    """Return the spans of eight or more characters that are base64 of readable text, also in UTF-16."""
    first, fourth = _where(text, _FIRST), _where(text, _ANY) >> 24
    quads = first & _where(text, _SECOND) >> 8 & _where(text, _THIRD) >> 16 & fourth
    return _spans(quads & quads >> 32 | _wide_in_base64(text, first & fourth), 8)


def _wide_in_base64(text: bytes, outer: int) -> int:
    """Return, as set bits, where eight characters may be UTF-16 in base64; in *outer*, first and fourth one would fit."""
    inner = _where(text, _NULL)
    inner &= inner >> 24
    if not (outer & inner >> 32 | inner & outer >> 32):
        return 0
    inner &= _where(text, _SECOND_AFTER_ZERO) >> 8 & _where(text, _THIRD_BEFORE_ZERO) >> 16
    outer &= _where(text, _SECOND_BEFORE_ZERO) >> 8 & _where(text, _THIRD_AFTER_ZERO) >> 16
    return outer & inner >> 32 | inner & outer >> 32


def in_hex(text: bytes) -> list[Span]:
    """Return the spans of eighteen or more characters that are hex of readable text, also in UTF-16."""
    pairs = _where(text, _HIGH) & _where(text, _LOW) >> 8
    zeros = _where(text, _ZERO) if b"00" in text else 0
    wide = pairs & zeros >> 16 & zeros >> 24
    return sorted({*_spans(_in_a_row(pairs, 9, 16), 18), *(_spans(_in_a_row(wide, 5, 32), 20) if wide else ())})


def of_digits(text: bytes, fewest: int) -> list[Span]:
    """Return the spans of *fewest* or more digits."""
    return _spans(_in_a_row(_where(text, _DIGIT), fewest, 8), fewest)


def _where(text: bytes, table: bytes) -> int:
    return int.from_bytes(text.translate(table), "little")


def _in_a_row(bits: int, count: int, step: int) -> int:
    """Return, as set bits, the positions at which *count* set bits of *bits* begin, each *step* bits after the previous."""
    reached = 1
    positions = bits
    while reached < count:
        more = min(reached, count - reached)
        positions &= positions >> more * step
        reached += more
    return positions


def _spans(bits: int, length: int) -> list[Span]:
    """Return the spans of *length* that begin at the set bits; spans that touch or overlap are joined."""
    if not bits:
        return []
    flags = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    spans: list[Span] = []
    at = flags.find(1)
    while at >= 0:
        if spans and at <= spans[-1][1]:
            spans[-1] = (spans[-1][0], at + length)
        else:
            spans.append((at, at + length))
        at = flags.find(1, at + 1)
    return spans
