"""HTTP requests and responses as text for reports: personal values are masked, and long texts are cut.

A body that is neither JSON nor a form cannot be masked, so only its length and content type are shown.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from fiskil_harness.core.redaction import masking
from fiskil_harness.journal import length_if_cut

Headers = Sequence[tuple[str, str]]

MOST_HEADERS = 24
WIDEST_HEADER = 200
LONGEST_BODY, LONGEST_SHORT_BODY = 8192, 2048
"""Maximum length of a masked body. It is four times the limit of the story, so redaction finds whole secrets."""

_CUT_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{0,4}\Z")
_MISSING = re.compile(r" \[(\d+) more characters\]\Z")

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
"""Headers that are omitted from short messages."""


def message(line: str, headers: Headers, body: bytes, *, is_error: bool = False, is_short: bool = False) -> str:
    """Return a request or response as text with the first line *line*; after redaction, ``shortened`` cuts the text.

    Args:
        is_error: True if the body is an error response, whose messages are not masked.
        is_short: True to omit the headers in ``ORDINARY``, and to keep less of the body.
    """
    included = [(name, value) for name, value in headers if not is_short or name.lower() not in ORDINARY]
    lines = [line, *(f"{name}: {masking.header(name, value)}" for name, value in included[:MOST_HEADERS])]
    if len(included) > MOST_HEADERS:
        lines.append(f"[{len(included) - MOST_HEADERS} more headers]")
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    content = body_text(body, kind, is_error=is_error, longest=LONGEST_SHORT_BODY if is_short else LONGEST_BODY)
    return "\n".join([*lines, *(["", content] if content else [])])


def shortened(text: str, *, most_bytes: int) -> str:
    """Return *text*, a redacted result of ``message``, with its lines and its body cut.

    Args:
        most_bytes: Maximum length of the body.
    """
    head, gap, body = text.partition("\n\n")
    lines = [_cut(line, WIDEST_HEADER) for line in head.split("\n")]
    return "\n".join(lines) + gap + _cut(body, most_bytes)


def body_text(body: bytes, kind: str, *, is_error: bool = False, longest: int = LONGEST_BODY) -> str:
    """Return a body as masked text, or only its length if it cannot be masked.

    Args:
        kind: The content type.
        longest: Maximum length of the text.
    """
    if not body:
        return ""
    cut = length_if_cut(body)
    if cut is not None:
        return f"[{cut} bytes, too long to be kept]"
    text = body.decode("utf-8", errors="replace")
    if "x-www-form-urlencoded" in kind:
        return "&".join(f"{name}={quote(value, safe='<>')}" for name, value in masking.query(text))
    indented = _indented(text)
    begin = indented if len(indented) <= longest else _CUT_ESCAPE.sub("", indented[:longest])
    masked = masking.body(begin, is_error=is_error)
    if masked is None:
        return f"[{len(body)} bytes{f' of {plain_kind(kind)}' if kind else ''}, not shown]"
    return masked if begin == indented else f"{masked} [{len(indented) - len(begin)} more characters]"


def plain_kind(kind: str) -> str:
    """Return a content type without its parameters."""
    return kind.partition(";")[0].strip()


def _cut(text: str, most: int) -> str:
    """Return *text*, cut to *most* characters, with the number of missing ones."""
    if len(text) <= most:
        return text
    cut_before = _MISSING.search(text)
    missing = len(text) - most + (int(cut_before[1]) - len(cut_before[0]) if cut_before else 0)
    return f"{text[:most]} [{missing} more characters]"


def _indented(text: str) -> str:
    try:
        return msgspec.json.format(text, indent=2)
    except (msgspec.DecodeError, RecursionError):
        return text
