"""Texts with letters beyond ASCII that the API served, and how the app's state shows them.

Apps rewrite texts for many reasons, so only three results of a wrong encoding are recognised. In the first, each byte of
UTF-8 became a letter of Latin-1 or Windows-1252. In the second, letters beyond ASCII became question marks or replacement
characters, all of them or those that the encoding lacks; of signs, such as an emoji, this is not judged. In the third, the
text ends before its emoji, as in a database that stores three bytes for each character, although words follow the emoji.
Other forms are lawful, such as "E" for "\u00c9", or a text without its emoji. A text with fewer than three letters of ASCII
is not judged, because it may be part of any other text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from fiskil_harness.journal.queries.json_leaves import leaves
from fiskil_harness.journal.queries.rows import name_of_row, texts_in

INTERNAL = "key"
"""The field of a row in the journal that the API does not serve."""
ENCODINGS = ("latin-1", "cp1252")
REPLACED = "[?\ufffd]{1,4}"
"""A replaced letter: the app replaced it as a whole, or each of its bytes."""
FEW_LETTERS = 3
LAST_OF_THREE_BYTES = 0xFFFF
"""The last character that UTF-8 encodes in three bytes; an emoji has four."""


class ServedText(Struct, frozen=True):
    """A text with letters beyond ASCII: the row's name in reports, the name of the field, and the text."""

    row: str
    name: str
    text: str


class ShownTexts(Struct, frozen=True):
    """The texts that a state shows with every letter, and those that it shows only in a wrong decoding."""

    right: tuple[ServedText, ...] = ()
    wrong: tuple[ServedText, ...] = ()


def texts_beyond_ascii(rows: Iterable[dict[str, Any]]) -> list[ServedText]:
    """Return each different text with letters beyond ASCII in *rows*, in order; very short ones are left out."""
    texts: dict[str, ServedText] = {}
    for row in rows:
        for name, text in _strings(row):
            if not text.isascii() and sum(letter.isascii() and letter.isalpha() for letter in text) >= FEW_LETTERS:
                texts.setdefault(text, ServedText(name_of_row(row), name, text))
    return list(texts.values())


def shown_texts(state: Any, served: Iterable[ServedText]) -> ShownTexts:
    """Return those of *served* that *state* shows, as part of a longer text too; case and spaces make no difference."""
    shown = list(texts_in(state))
    plain, visible = "\n".join(map(_plain, shown)), "\n".join(map(_visible, shown))
    right = tuple(each for each in served if _plain(each.text) in plain or _visible(each.text) in visible)
    whole = set(map(_plain, shown))
    wrong = tuple(
        each
        for each in served
        if each not in right and (_is_wrongly_decoded(each.text, plain, visible) or _before_emoji(each.text) in whole)
    )
    return ShownTexts(right, wrong)


def _strings(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, value in leaves(row):
        for text in value if isinstance(value, list | tuple) else (value,):
            if path and path != (INTERNAL,) and isinstance(text, str):
                yield path[-1], text


def _is_wrongly_decoded(text: str, plain: str, visible: str) -> bool:
    decoded = (text.encode().decode(encoding, errors="replace") for encoding in ENCODINGS)
    if any(_visible(garbled) in visible for garbled in decoded):
        return True
    is_replaced = re.search(_pattern(text, may_lose=lambda letter: not letter.isascii()), plain)
    has_lost_signs_only = re.search(
        _pattern(text, may_lose=lambda letter: not (letter.isascii() or letter.isalpha())), plain
    )
    return is_replaced is not None and has_lost_signs_only is None


def _before_emoji(text: str) -> str | None:
    """Return what stands before the first character of four bytes in *text*, or None if no word follows it."""
    start = next((number for number, letter in enumerate(text) if ord(letter) > LAST_OF_THREE_BYTES), len(text))
    words = [sum(letter.isascii() and letter.isalpha() for letter in part) for part in (text[:start], text[start:])]
    return _plain(text[:start]) if min(words) >= FEW_LETTERS else None


def _pattern(text: str, *, may_lose: Callable[[str], bool]) -> str:
    letters = [(re.escape(letter), may_lose(letter)) for letter in _plain(text)]
    return "".join(f"(?:{letter}|{REPLACED})" if is_lossy else letter for letter, is_lossy in letters)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _visible(text: str) -> str:
    """Return *text* without spaces, control characters and replacement characters, which apps may trim."""
    return "".join(letter for letter in text.casefold() if letter.isprintable() and letter not in " \ufffd")
