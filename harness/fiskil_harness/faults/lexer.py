"""The words of a fault expression, read from left to right."""

import json
import re
from fractions import Fraction
from typing import NoReturn

from fiskil_harness.errors import ConfigError

_TOKEN = re.compile(
    r'\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+(?![\w.]))?)'
    r"|(?P<word>[A-Za-z_*%µ/][\w.*/%-]*)|(?P<mark>[,+()=:]))"
)
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.*/%-]*")
"""What needs no quotes."""


class Tokens:
    """What is left of an expression. A word is compared as it stands, a number is exact, a text in quotes is JSON's."""

    def __init__(self, text: str) -> None:
        """Cut *text*.

        Raises:
            ConfigError: Something in it is no word, no number and none of the signs that divide them.
        """
        self.text = text
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            found = _TOKEN.match(text, position)
            if found is None:
                self.refuse(f"{text[position:].strip()!r} cannot be read")
            self._tokens.append((str(found.lastgroup), found[found.lastgroup or 0]))
            position = found.end()
        self._next = 0

    @property
    def is_empty(self) -> bool:
        """Whether everything has been read."""
        return self._next >= len(self._tokens)

    @property
    def shown(self) -> str:
        """The next token as it stands in the text; empty at the end."""
        return "" if self.is_empty else self._tokens[self._next][1]

    @property
    def is_number(self) -> bool:
        """Whether a number comes next."""
        return not self.is_empty and self._tokens[self._next][0] == "number"

    @property
    def is_word(self) -> bool:
        """Whether a word comes next."""
        return not self.is_empty and self._tokens[self._next][0] == "word"

    def begins(self, *words: str) -> bool:
        """Whether these come next, in this order."""
        return tuple(token for _, token in self._tokens[self._next : self._next + len(words)]) == words

    def takes(self, *words: str) -> bool:
        """Read these if they come next; whether they did."""
        is_next = self.begins(*words)
        self._next += len(words) if is_next else 0
        return is_next

    def word(self) -> str:
        """Read the next token as it stands."""
        shown = self.shown
        self._next += 1
        return shown

    def number(self, what: str) -> Fraction:
        """Read a number; *what* it is, for the complaint."""
        if not self.is_number:
            self.refuse(f"{what} wants a number, got {self.shown!r}" if self.shown else f"{what} wants a number")
        return Fraction(self.word())

    def whole(self, what: str) -> int:
        """Read a whole number."""
        value = self.number(what)
        if value.denominator != 1:
            self.refuse(f"{what} wants a whole number, got {float(value)!r}")
        return int(value)

    def counted(self, what: str) -> int:
        """Read a whole number from 1."""
        value = self.whole(what)
        if value < 1:
            self.refuse(f"{what} counts from 1, got {value}")
        return value

    def name(self, what: str) -> str:
        """Read a word or a text in quotes."""
        if self.is_empty or self._tokens[self._next][0] == "mark":
            self.refuse(f"{what} wants a name, got {self.shown!r}" if self.shown else f"{what} wants a name")
        if self.is_number:
            self.refuse(f"{what} wants a name, got {self.shown!r}; put it in quotes if it begins with a digit")
        is_quoted = self._tokens[self._next][0] == "quoted"
        try:
            return str(json.loads(self.word())) if is_quoted else self.word()
        except ValueError:
            self.refuse(f"{what} wants a text in quotes as JSON writes it")

    def refuse(self, why: str) -> NoReturn:
        """Complain about the expression."""
        raise ConfigError(f"In the fault {self.text!r}: {why}{'' if why.endswith('?') else '.'}")


def quoted(text: str) -> str:
    """*text* as ``Tokens.name`` reads it."""
    is_plain = _PLAIN.fullmatch(text) is not None and text != "none"
    return text if is_plain else json.dumps(text)
