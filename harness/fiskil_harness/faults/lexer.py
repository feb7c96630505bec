"""The tokens of a fault expression, read from left to right."""

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
"""The pattern of texts that need no quotes in an expression."""


class Tokens:
    """The unread tokens of an expression: words, exact numbers, quoted JSON strings, and punctuation."""

    def __init__(self, text: str) -> None:
        """Split *text* into tokens.

        Raises:
            ConfigError: A part of *text* is neither a word, a number, a quoted text nor punctuation.
        """
        self.text = text
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                self.refuse(f"{text[position:].strip()!r} is not valid here")
            self._tokens.append((str(match.lastgroup), match[match.lastgroup or 0]))
            position = match.end()
        self._next = 0

    @property
    def is_empty(self) -> bool:
        """True if every token has been read."""
        return self._next >= len(self._tokens)

    @property
    def next_text(self) -> str:
        """The next token as written; empty at the end."""
        return "" if self.is_empty else self._tokens[self._next][1]

    @property
    def is_number(self) -> bool:
        """True if the next token is a number."""
        return not self.is_empty and self._tokens[self._next][0] == "number"

    @property
    def is_word(self) -> bool:
        """True if the next token is a word."""
        return not self.is_empty and self._tokens[self._next][0] == "word"

    def begins(self, *words: str) -> bool:
        """Return True if *words* come next, in this order."""
        return tuple(token for _, token in self._tokens[self._next : self._next + len(words)]) == words

    def takes(self, *words: str) -> bool:
        """Read *words* and return True if they come next; otherwise read nothing and return False."""
        is_next = self.begins(*words)
        self._next += len(words) if is_next else 0
        return is_next

    def word(self) -> str:
        """Read the next token, and return it as written."""
        token_text = self.next_text
        self._next += 1
        return token_text

    def number(self, label: str) -> Fraction:
        """Read a number, and return it.

        Args:
            label: The description of the number in an error message.

        Raises:
            ConfigError: The next token is not a number.
        """
        if not self.is_number:
            self.refuse(f"{label} needs a number, got {self.next_text!r}" if self.next_text else f"{label} needs a number")
        return Fraction(self.word())

    def whole(self, label: str) -> int:
        """Read a whole number, and return it; an error message describes the number as *label*.

        Raises:
            ConfigError: The next token is not a whole number.
        """
        value = self.number(label)
        if value.denominator != 1:
            self.refuse(f"{label} needs a whole number, got {float(value)!r}")
        return int(value)

    def counted(self, label: str) -> int:
        """Read a whole number of at least 1, and return it; an error message describes the number as *label*.

        Raises:
            ConfigError: The next token is not a whole number of at least 1.
        """
        value = self.whole(label)
        if value < 1:
            self.refuse(f"{label} counts from 1, got {value}")
        return value

    def name(self, label: str) -> str:
        """Read a word or a quoted text, and return it; an error message describes it as *label*.

        Raises:
            ConfigError: The next token is neither a word nor a quoted text, or the quoted text is not valid JSON.
        """
        if self.is_empty or self._tokens[self._next][0] == "mark":
            self.refuse(f"{label} needs a name, got {self.next_text!r}" if self.next_text else f"{label} needs a name")
        if self.is_number:
            self.refuse(f"{label} needs a name, got {self.next_text!r}; put it in quotes if it begins with a digit")
        is_quoted = self._tokens[self._next][0] == "quoted"
        try:
            return str(json.loads(self.word())) if is_quoted else self.word()
        except ValueError:
            self.refuse(f"{label} needs a quoted text that is valid JSON")

    def refuse(self, why: str) -> NoReturn:
        """Raise a ConfigError about this expression.

        Args:
            why: The reason, as a sentence without a full stop.

        Raises:
            ConfigError: Always.
        """
        raise ConfigError(f"In the fault {self.text!r}: {why}{'' if why.endswith('?') else '.'}")


def quoted(text: str) -> str:
    """Return *text* as ``Tokens.name`` reads it, in quotes if necessary."""
    is_plain = _PLAIN.fullmatch(text) is not None and text != "none"
    return text if is_plain else json.dumps(text)
