"""Requests and answers as text for a reader: no value that says something about a person, and never more than fits.

What is no JSON and no form is told by its length and kind only, because nothing could be hidden in it.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fiskil_harness.core.redaction import masking

Headers = Sequence[tuple[str, str]]

MOST_HEADERS = 24
WIDEST_HEADER = 200
SPARE = 2048
"""No form of a secret is longer: what is cut before secrets are taken out keeps so much more, and loses it afterwards."""

ORDINARY = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "date",
        "host",
        "server",
        "transfer-encoding",
        "user-agent",
    }
)
"""Headers that are left out where there is little room."""

_SHORTENED = re.compile(rb"\n\[\.\.\. (\d+) bytes, sha256 [0-9a-f]{64}\]\Z")


def message(
    line: str, headers: Headers, body: bytes, *, most_bytes: int, is_error: bool = False, is_short: bool = False
) -> str:
    """The first *line*, the headers and the body, as HTTP writes them; roughly cut, so ``finished`` comes after.

    Args:
        most_bytes: So much of the body will be shown.
        is_error: An error tells in the API's own words, which are shown.
        is_short: Ordinary headers are left out.
    """
    told = [
        (name, _roughly(value, WIDEST_HEADER)) for name, value in headers if not is_short or name.lower() not in ORDINARY
    ]
    lines = [
        _roughly(line, WIDEST_HEADER),
        *(f"{name}: {masking.header(name, value)}" for name, value in told[:MOST_HEADERS]),
    ]
    if len(told) > MOST_HEADERS:
        lines.append(f"[{len(told) - MOST_HEADERS} more headers]")
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    shown = body_text(body, kind, is_error=is_error)
    return "\n".join([*lines, *(["", _roughly(shown, most_bytes)] if shown else [])])


def finished(text: str, *, most_bytes: int) -> str:
    """A message without secrets, cut where it has to be."""
    head, gap, body = text.partition("\n\n")
    lines = [_cut(word, WIDEST_HEADER) for word in head.split("\n")]
    return "\n".join(lines) + gap + _cut(body, most_bytes)


def body_text(body: bytes, kind: str, *, is_error: bool = False) -> str:
    """What may be shown of a body of that content type."""
    if not body:
        return ""
    shortened = _SHORTENED.search(body)
    if shortened:
        return f"[{int(shortened[1])} bytes, too long to be kept]"
    text = body.decode("utf-8", errors="replace")
    if "x-www-form-urlencoded" in kind:
        return "&".join(f"{name}={quote(value, safe='<>')}" for name, value in masking.query(text))
    masked = masking.body(text, is_error=is_error)
    if masked is None:
        return f"[{len(body)} bytes{f' of {plain_kind(kind)}' if kind else ''}, not shown]"
    return _indented(masked)


def plain_kind(kind: str) -> str:
    """A content type without its parameters."""
    return kind.partition(";")[0].strip()


def _roughly(text: str, most: int) -> str:
    """*text*, or more of its beginning than is shown, and how long it was."""
    return text if len(text) <= most + SPARE else f"{text[: most + SPARE]}\0{len(text)}"


def _cut(text: str, most: int) -> str:
    """*text*, or its beginning and how much is missing; what may be half a secret is not shown."""
    begun, was_cut, length = text.rpartition("\0")
    whole = int(length) if was_cut and length.isdigit() else len(text)
    begun = begun[:-SPARE] if was_cut else text
    return begun if len(begun) <= most and not was_cut else f"{begun[:most]} [{whole - len(begun[:most])} more characters]"


def _indented(text: str) -> str:
    try:
        parsed: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return json.dumps(parsed, indent=2, ensure_ascii=False) if isinstance(parsed, dict | list) else text
