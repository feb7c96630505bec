"""Escapes control characters in text that comes from outside, and quotes such text for generated files.

Every output and every generated file uses these functions, so one list of characters applies to all of them.
"""

import json
import re

UNPRINTABLE = (
    "\x00-\x1f"  # C0: line ends, backspace, escape
    "\x7f-\x9f"  # delete and C1, which terminals treat like escape sequences
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional marks, which reorder the text around them
    "\u2028\u2029"  # line ends
    "\u200b\ufeff\ufff9-\ufffb"  # invisible characters
    "\ud800-\udfff"  # lone surrogates, which UTF-8 cannot encode
    "\U000e0000-\U000e007f"  # invisible tags
)
"""Characters that are escaped, as the content of a character class."""

_ANY = re.compile(f"[{UNPRINTABLE}]")
_ANY_BUT_LINES = re.compile(f"(?![\n\t])[{UNPRINTABLE}]")
_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def one_line(text: str) -> str:
    r"""Return *text* with an escape, such as ``\n`` or ``\u001b``, for every character that is not printable."""
    return _ANY.sub(_escaped, text)


def printable(text: str) -> str:
    """Return *text* like ``one_line``, but with its line feeds and tabs unchanged."""
    return _ANY_BUT_LINES.sub(_escaped, text)


def has_unprintable(text: str) -> bool:
    """Return true if *text* contains a character that ``one_line`` escapes."""
    return _ANY.search(text) is not None


def json_text(document: str) -> str:
    """Return a JSON document without such characters in its strings; its values do not change."""
    return _ANY_BUT_LINES.sub(lambda match: json.dumps(match[0])[1:-1], document)


def python_text(text: str) -> str:
    """Return *text* as the content of a Python string in double quotes, single or triple."""
    return one_line(text.replace("\\", "\\\\").replace('"', '\\"'))


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
