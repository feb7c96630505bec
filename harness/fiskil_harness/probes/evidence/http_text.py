"""HTTP requests and responses as text for reports: personal values are masked, and long texts are cut.

A body that is neither JSON nor a form cannot be masked, so only its length and content type are shown.
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
"""Maximum length of an encoded secret.

Texts keep this many extra characters until secrets are redacted, so that no cut-off secret escapes redaction.
"""

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

_SHORTENED = re.compile(rb"\n\[\.\.\. (\d+) bytes, sha256 [0-9a-f]{64}\]\Z")


def message(
    line: str, headers: Headers, body: bytes, *, most_bytes: int, is_error: bool = False, is_short: bool = False
) -> str:
    """Return a request or response as text with the first line *line*, cut to preliminary lengths.

    After redaction, ``finished`` cuts the text to its final lengths.

    Args:
        most_bytes: Maximum length of the body in the final text.
        is_error: True if the body is an error response, whose messages are not masked.
        is_short: True to omit the headers in ``ORDINARY``.
    """
    included = [
        (name, _roughly(value, WIDEST_HEADER)) for name, value in headers if not is_short or name.lower() not in ORDINARY
    ]
    lines = [
        _roughly(line, WIDEST_HEADER),
        *(f"{name}: {masking.header(name, value)}" for name, value in included[:MOST_HEADERS]),
    ]
    if len(included) > MOST_HEADERS:
        lines.append(f"[{len(included) - MOST_HEADERS} more headers]")
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    content = body_text(body, kind, is_error=is_error)
    return "\n".join([*lines, *(["", _roughly(content, most_bytes)] if content else [])])


def finished(text: str, *, most_bytes: int) -> str:
    """Return *text*, a redacted result of ``message``, cut to its final lengths."""
    head, gap, body = text.partition("\n\n")
    lines = [_cut(line, WIDEST_HEADER) for line in head.split("\n")]
    return "\n".join(lines) + gap + _cut(body, most_bytes)


def body_text(body: bytes, kind: str, *, is_error: bool = False) -> str:
    """Return a body as masked text, or only its length if it cannot be masked; *kind* is its content type."""
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
    """Return a content type without its parameters."""
    return kind.partition(";")[0].strip()


def _roughly(text: str, most: int) -> str:
    """Return *text*. Beyond *most* + ``SPARE`` characters, the rest is replaced by a NUL and the original length."""
    return text if len(text) <= most + SPARE else f"{text[: most + SPARE]}\0{len(text)}"


def _cut(text: str, most: int) -> str:
    """Return *text* (a redacted result of ``_roughly``), cut to *most* characters, with the number of missing ones.

    If ``_roughly`` cut the text, its last ``SPARE`` characters are dropped first: they may contain half a secret.
    """
    head, was_cut, length = text.rpartition("\0")
    total = int(length) if was_cut and length.isdigit() else len(text)
    head = head[:-SPARE] if was_cut else text
    return head if len(head) <= most and not was_cut else f"{head[:most]} [{total - len(head[:most])} more characters]"


def _indented(text: str) -> str:
    try:
        parsed: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return json.dumps(parsed, indent=2, ensure_ascii=False) if isinstance(parsed, dict | list) else text
