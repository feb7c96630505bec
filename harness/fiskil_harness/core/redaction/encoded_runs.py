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
_DIGIT = bytes(chr(number) in string.digits for number in range(256))

Span = tuple[int, int]


def in_base64(text: bytes) -> list[Span]:
    """Return the spans of eight or more characters that are base64 of readable text."""
    quads = _where(text, _FIRST) & _where(text, _SECOND) >> 8 & _where(text, _THIRD) >> 16 & _where(text, _ANY) >> 24
    return _spans(quads & quads >> 32, 8)


def in_hex(text: bytes) -> list[Span]:
    """Return the spans of eighteen or more characters that are hex of readable text."""
    pairs = _where(text, _HIGH) & _where(text, _LOW) >> 8
    return _spans(_in_a_row(pairs, 9, 16), 18)


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
