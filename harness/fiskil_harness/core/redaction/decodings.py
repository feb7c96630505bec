"""Decodings of a text, in which secrets are searched: unchanged, unescaped, and from base64, hex, UTF-16 or byte numbers.

Decoding the text finds more than encoding the secrets: a secret at any offset of a longer base64 text, in any mixture of
encodings, whole or in part. Each decoding maps its bytes to positions in the original text.
"""

import binascii
import html
import re
import string
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import NamedTuple

from fiskil_harness.core.redaction.encoded_runs import Span, in_base64, in_hex

DEPTH = 2
"""The number of nested encodings that are decoded, such as base64 inside base64. No program nests more by accident."""
SHORTEST = 6
"""The length up to which words are not searched, because they are too short for a secret."""
ROUNDS = 3
"""The number of times that escapes are undone, so that ``%25252F`` becomes a slash."""

_ESCAPE = re.compile(
    rb"[%\\&](?:(?<=%)([0-9A-Fa-f]{2})"
    rb"|(?<=\\)\\{0,7}(?:u00([0-9A-Fa-f]{2})|u\{0*([0-9A-Fa-f]{1,2})\}|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|([/=+.:&_-]))"
    rb"|(?<=&)(?:#0*(\d{1,3});|#[xX]0*([0-9A-Fa-f]{1,2});|(amp|plus|sol|equals|lowbar|period|hyphen|dash|colon|quot);))"
)
_STANDARD = bytes.maketrans(b"-_", b"+/")
_PAIRS = re.compile(rb"(?:(?:0[xX])?[0-9A-Fa-f]{2}(?:, ?|[ :-])){8,}(?:0[xX])?[0-9A-Fa-f]{2}")
_PAIR = re.compile(rb"(?:0[xX])?([0-9A-Fa-f]{2})")
_WIDE = re.compile(rb"(?:[!-~]\0){9,}|(?:\0[!-~]){9,}")
_WIDE_CHARACTER = re.compile(rb"\0?([!-~])\0?")
"""Characters of two bytes, as in UTF-16."""
_WIDTHS = bytes(48 if number == 0 else 112 if 33 <= number <= 126 else 46 for number in range(256))
_WIDE_SHAPES = b"p0" * 9, b"0p" * 9
"""A class for each character, and the texts that UTF-16 becomes: they are found quickly in a file of a database."""
_NUMBERS = re.compile(rb"(?:\d{1,3},\s*){8,}\d{1,3}")
_NUMBER = re.compile(rb"(\d{1,3})")
_SHAPE = bytes(
    104 if chr(number) in string.hexdigits else 120 if chr(number) in "xX" else 115 if chr(number) in ",:- " else 46
    for number in range(256)
)
"""Maps each character to its class, so that every list of hex bytes becomes the same text, which is found quickly."""
_SHAPES = tuple(shape * 8 for shape in (b"hhs", b"hhss", b"hxhhs", b"hxhhss"))
_ENDS = bytes(10 if chr(number).isspace() or chr(number) in "\"'`<>()[]," else 0 for number in range(256))
"""Maps the characters that separate values (white space, quotes, brackets, commas) to line ends."""

Places = Callable[[int, int], Span]


class Decoding(NamedTuple):
    """A decoded text. ``encoding`` lists the encodings that were decoded.

    ``places`` maps the begin and end of a part of ``text`` to those in the original text.
    """

    text: bytes
    encoding: tuple[str, ...]
    places: Places


def decodings(text: bytes, *, depth: int = DEPTH) -> Iterator[Decoding]:
    """Yield every decoding of *text*, beginning with the text itself."""
    plain = Decoding(text, (), lambda begin, end: (begin, end))
    yield from _decodings(plain, depth)


def _decodings(plain: Decoding, depth: int) -> Iterator[Decoding]:
    for decoding in (plain, *_unescaped(plain)):
        yield decoding
        if depth:
            for packed in _unpacked(decoding):
                yield from _decodings(packed, depth - 1)


def _unescaped(decoding: Decoding) -> Iterator[Decoding]:
    """Yield the text unescaped once, twice and three times, as long as it contains escapes."""
    has_signs = any(sign in decoding.text for sign in (b"%", b"\\", b"&"))
    escapes = list(_ESCAPE.finditer(decoding.text)) if has_signs else []
    if not escapes:
        return
    decoding = _excerpt(decoding, _words(decoding.text, escapes))
    for _ in range(ROUNDS):
        escapes = list(_ESCAPE.finditer(decoding.text))
        if not escapes:
            return
        decoding = _without(decoding, escapes)
        yield decoding


def _excerpt(decoding: Decoding, spans: list[Span]) -> Decoding:
    """Return the parts *spans* of a decoding, joined by line ends."""
    source = decoding.text
    starts = list(accumulate((last - first + 1 for first, last in spans), initial=0))

    def places(begin: int, end: int) -> Span:
        number = bisect_right(starts, begin) - 1
        moved = spans[number][0] - starts[number]
        return decoding.places(begin + moved, end + moved)

    return Decoding(b"\n".join([source[first:last] for first, last in spans]), decoding.encoding, places)


def _words(text: bytes, escapes: list[re.Match[bytes]]) -> list[Span]:
    """Return the spans of the words of *text* that contain escapes, without words that are too short for a secret."""
    ends = text.translate(_ENDS)
    words: list[Span] = []
    for match in escapes:
        if words and match.end() <= words[-1][1]:
            continue
        first, last = ends.rfind(b"\n", 0, match.start()) + 1, ends.find(b"\n", match.end())
        words.append((first, last if last >= 0 else len(text)))
    return [(first, last) for first, last in words if last - first > SHORTEST]


def _without(decoding: Decoding, escapes: list[re.Match[bytes]]) -> Decoding:
    source, pieces, at = decoding.text, list[bytes](), 0
    for match in escapes:
        pieces += [source[at : match.start()], _character_of(match)]
        at = match.end()
    pieces.append(source[at:])
    shorter = list(accumulate((match.end() - match.start() - 1 for match in escapes), initial=0))
    starts = [match.start() - less for match, less in zip(escapes, shorter, strict=False)]

    def places(begin: int, end: int) -> Span:
        first, last = bisect_left(starts, begin), bisect_left(starts, end)
        return decoding.places(begin + shorter[first], end + shorter[last])

    return Decoding(b"".join(pieces), decoding.encoding, places)


def _character_of(match: re.Match[bytes]) -> bytes:
    percent, unicode, braced, byte, octal, plain, number, hexed, named = match.groups()
    digits = percent or unicode or braced or byte or hexed
    if digits:
        return bytes([int(digits, 16)])
    if octal:
        return bytes([int(octal, 8)])
    if plain:
        return bytes(plain)
    if number:
        return bytes([int(number)]) if int(number) < 256 else b"?"
    return html.unescape(f"&{named.decode()};").encode()[:1]


def _unpacked(decoding: Decoding) -> Iterator[Decoding]:
    """Yield the readable texts that the decoding contains in base64, in hex, in UTF-16 or as lists of byte numbers."""
    for code in _CODES:
        runs = list(_runs(decoding.text, code))
        for skipped in range(code.packed) if runs else ():
            yield _decoded(decoding, runs, skipped, code)
    shape = decoding.text.translate(_SHAPE)
    if any(chunk in shape for chunk in _SHAPES):
        yield _listed(decoding, _PAIRS, _PAIR, lambda digits: int(digits, 16), "in hex")
    if b",,,,,,,," in decoding.text.translate(None, b"0123456789 \r\n\t"):
        yield _listed(decoding, _NUMBERS, _NUMBER, int, "as bytes")
    widths = decoding.text.translate(_WIDTHS) if b"\0" in decoding.text else b""
    if any(chunk in widths for chunk in _WIDE_SHAPES):
        yield _listed(decoding, _WIDE, _WIDE_CHARACTER, ord, "in UTF-16")


class _Code(NamedTuple):
    """An encoding of bytes as characters, such as base64; ``packed`` characters encode ``plain`` bytes.

    ``readable`` finds spans that encode readable text; the encoded run may extend ``around`` characters beyond a span.
    ``words`` is the encoding as a phrase for findings.
    """

    words: str
    readable: Callable[[bytes], list[Span]]
    run: re.Pattern[bytes]
    around: int
    packed: int
    plain: int
    zero: bytes
    decode: Callable[[bytes], bytes]


_CODES = (
    _Code(
        "in base64",
        in_base64,
        re.compile(rb"[A-Za-z0-9+/_-]{12,}"),
        16,
        4,
        3,
        b"A",
        lambda text: binascii.a2b_base64(text.translate(_STANDARD)),
    ),
    _Code("in hex", in_hex, re.compile(rb"[0-9A-Fa-f]{18,}"), 18, 2, 1, b"0", binascii.unhexlify),
)


def _runs(text: bytes, code: _Code) -> Iterator[Span]:
    """Return the spans of encoded characters around the readable parts of *text*."""
    spans: list[Span] = []
    for begin, end in code.readable(text):
        first, last = max(0, begin - code.around), end + code.around
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return (match.span() for span in spans for match in code.run.finditer(text, *span))


def _decoded(decoding: Decoding, runs: list[Span], skipped: int, code: _Code) -> Decoding:
    """Return all *runs* decoded together, each without its first *skipped* characters."""
    packed, plain = code.packed, code.plain
    spans = [(begin + skipped, end) for begin, end in runs]
    # One more group after each run, so that two runs do not join to one value.
    sizes = [(-(-(last - first) // packed) + 1) * packed for first, last in spans]
    filled = [decoding.text[first:last].ljust(size, code.zero) for (first, last), size in zip(spans, sizes, strict=True)]
    text = code.decode(b"".join(filled))

    def places(begin: int, end: int) -> Span:
        starts = list(accumulate((size // packed * plain for size in sizes), initial=0))
        number = bisect_right(starts, begin) - 1
        (first, last), start = spans[number], starts[number]
        until = -(-(end - start) * packed // plain)
        return decoding.places(first + (begin - start) * packed // plain, min(last, first + until))

    return Decoding(text, (*decoding.encoding, code.words), places)


def _listed(
    decoding: Decoding, lists: re.Pattern[bytes], item: re.Pattern[bytes], decode: Callable[[bytes], int], word: str
) -> Decoding:
    """Return the bytes for which the items of *lists* stand; *decode* decodes an item, and a zero byte ends each list."""
    numbers: list[tuple[int, Span]] = []
    for match in lists.finditer(decoding.text):
        numbers += [
            (decode(each_match[1]) & 255, each_match.span()) for each_match in item.finditer(decoding.text, *match.span())
        ]
        numbers.append((0, (match.end(), match.end())))

    def places(begin: int, end: int) -> Span:
        return decoding.places(numbers[begin][1][0], numbers[end - 1][1][1])

    return Decoding(bytes(value for value, _ in numbers), (*decoding.encoding, word), places)
