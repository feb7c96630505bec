"""Where a text holds other text in base64 or in hex, or a long number: three questions to all of its characters at once.

Each character becomes a byte that is 1 or 0, the text one large whole number, and "this one, and that one four further on" a
shift and an AND: so megabytes are asked in a few milliseconds, and hardly anything is left to look at more closely.
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
    """Where eight characters in a row, or more, are base64 of what can be read."""
    quads = _where(text, _FIRST) & _where(text, _SECOND) >> 8 & _where(text, _THIRD) >> 16 & _where(text, _ANY) >> 24
    return _found(quads & quads >> 32, 8)


def in_hex(text: bytes) -> list[Span]:
    """Where eighteen characters in a row, or more, are hex of what can be read."""
    pairs = _where(text, _HIGH) & _where(text, _LOW) >> 8
    return _found(_in_a_row(pairs, 9, 16), 18)


def of_digits(text: bytes, fewest: int) -> list[Span]:
    """Where *fewest* digits stand in a row."""
    return _found(_in_a_row(_where(text, _DIGIT), fewest, 8), fewest)


def _where(text: bytes, table: bytes) -> int:
    return int.from_bytes(text.translate(table), "little")


def _in_a_row(bits: int, wanted: int, step: int) -> int:
    """The places from which on so many have their bit, *step* bits from each other."""
    reached = 1
    found = bits
    while reached < wanted:
        more = min(reached, wanted - reached)
        found &= found >> more * step
        reached += more
    return found


def _found(bits: int, length: int) -> list[Span]:
    """The spans that the set bits begin, *length* long, one where they meet."""
    if not bits:
        return []
    flags = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    found: list[Span] = []
    at = flags.find(1)
    while at >= 0:
        if found and at <= found[-1][1]:
            found[-1] = (found[-1][0], at + length)
        else:
            found.append((at, at + length))
        at = flags.find(1, at + 1)
    return found
