"""The names of parameters and fields as any reader may split them: at ``&`` and at ``;``."""

import re
from collections.abc import Iterable
from urllib.parse import unquote_plus

FORM = b"application/x-www-form-urlencoded"


def pairs_in(text: str) -> list[tuple[str, str]]:
    """Every name and value of a query or a form, in every way to split it; a pair may be there twice."""
    pieces = dict.fromkeys((*text.split("&"), *re.split("[&;]", text)))
    parted = (piece.partition("=") for piece in pieces if piece)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in parted]


def is_form(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a body is said to be a form."""
    return any(name.lower() == b"content-type" and FORM in value.lower() for name, value in headers)
