"""Names and values of queries and forms, split in every way that a parser may use: at ``&`` and at ``;``."""

import re
from collections.abc import Iterable
from urllib.parse import unquote_plus

FORM = b"application/x-www-form-urlencoded"


def pairs_in(text: str) -> list[tuple[str, str]]:
    """Return the pairs of name and value in *text*, a query or form, for both ways to split it; a pair may occur twice."""
    pieces = dict.fromkeys((*text.split("&"), *re.split("[&;]", text)))
    parted = (piece.partition("=") for piece in pieces if piece)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in parted]


def is_form(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Return True if *headers* declare the body as a form."""
    return any(name.lower() == b"content-type" and FORM in value.lower() for name, value in headers)
