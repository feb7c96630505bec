"""Masking of HTTP exchanges, so that reports can be shared: structure, ids, kinds and times stay, personal values do not.

The redactor removes known secrets. Masking also hides unknown values: it shows a value only if its field is on a list.
"""

import json
import re
from urllib.parse import parse_qsl, quote

UNMASKED = frozenset(
    {
        "active", "count", "error", "event", "expires_in", "fault", "id", "kind", "limit", "links", "next", "order", "page",
        "permissions", "prev", "product_category", "publish_time", "self", "sort", "status", "temporary", "timeout",
        "token_type", "type", "version",
    }
)  # fmt: skip
"""Fields whose values are shown, in addition to fields ending in ``_id``, ``_ids`` or ``_at`` that contain no secret."""
UNMASKED_IN_ERRORS = UNMASKED | {"code", "detail", "message", "name", "title"}
"""Fields whose values are shown in error bodies. They contain only the API's own text there."""
UNMASKED_IN_QUERIES = UNMASKED | {"from", "to"}

_IDS = re.compile(r"(?!.*(?:session|tax|token|secret))\w+_(?:ids?|at)\Z")
_SECRET_HEADER = re.compile(r"auth|cookie|credential|key|secret|session|signature|token", re.IGNORECASE)
_EMAIL = re.compile(
    r"(?:(?<![^\s@\"'<>&=:/?])|(?<=%40))"  # it begins where a word begins, so a long word is read only once
    r"(?:(?!%40)[^\s@\"'<>&=:/?])++(?:@|%40)(?:(?!%40)[^\s@\"'<>&=/?])+\.\w+"
)
_TOKENS = re.compile(r'("(?:[^"\\]|\\.)*"?)(\s*:)?|(true|false|null)\b|([\s{}\[\],:]+)|([^\s{}\[\],:"]+)', re.DOTALL)
_BEGUN = re.compile(r"(?:-?\d[\d.eE+-]*|[a-z]{1,4})?\Z")


def header(name: str, value: str) -> str:
    """Return a header's value with e-mail addresses masked, or ``<name>`` if the name suggests that it is a secret."""
    return f"<{name.lower()}>" if _SECRET_HEADER.search(name) else email_masked(value)


def query(text: str) -> list[tuple[str, str]]:
    """Return the names and masked values of the query string *text*."""
    return [(name, _value(name, value)) for name, value in parse_qsl(text, keep_blank_values=True)]


def target(path: str, text: str) -> str:
    """Return *path* and the query string *text*, both masked."""
    pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query(text))
    return email_masked(path) + (f"?{pairs}" if pairs else "")


def body(text: str, *, is_error: bool = False) -> str | None:
    """Mask a JSON body, complete or truncated; return None if it is not JSON.

    Names, punctuation and white space are unchanged. Other malformed JSON counts as not JSON, because a value in it could
    be mistaken for a name and stay unmasked.
    """
    return _masked(text, UNMASKED_IN_ERRORS if is_error else UNMASKED) if _is_json(text) else None


def email_masked(text: str) -> str:
    """Return *text* with e-mail addresses masked."""
    return _EMAIL.sub("<email>", text) if "@" in text or "%40" in text else text


def _masked(text: str, unmasked: frozenset[str]) -> str:
    pieces: list[str] = []
    name = ""
    for match in _TOKENS.finditer(text):
        string, colon, word, frame, bare = match.groups()
        if frame or word:
            # A value after an object does not belong to the object's last name.
            name = "" if frame and "}" in frame else name
            pieces.append(match[0])
        elif colon:
            name = string[1:-1]
            pieces.append(match[0])
        elif _is_shown(name, unmasked):
            pieces.append(email_masked(match[0]))
        else:
            pieces.append("0" if bare else '"<text>"')
    return "".join(pieces)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        is_cut = error.msg.startswith("Unterminated string") or _BEGUN.match(text, error.pos) is not None
        return is_cut and text.lstrip()[:1] in {"{", "["}
    except RecursionError:
        return False
    return True


def _is_shown(name: str, unmasked: frozenset[str]) -> bool:
    return name in unmasked or _IDS.match(name) is not None


def _value(name: str, value: str) -> str:
    outer = name.partition("[")[0]
    return email_masked(value) if _is_shown(outer, UNMASKED_IN_QUERIES) else "<text>"
