"""What of an exchange a stranger may see: its shape, ids, kinds and times, and no value that says something about a person.

Secrets that are known are the redactor's; here nothing needs to be known: a value is shown where its name is on a list.
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
"""Names whose values are shown, beside those that end in ``_id``, ``_ids`` or ``_at`` and are no key to anything."""
UNMASKED_IN_ERRORS = UNMASKED | {"code", "detail", "message", "name", "title"}
"""What an error says is the API's own text, and no data."""
UNMASKED_IN_QUERIES = UNMASKED | {"from", "to"}

_IDS = re.compile(r"(?!.*(?:session|tax|token|secret))\w+_(?:ids?|at)\Z")
_SECRET_HEADER = re.compile(r"auth|cookie|credential|key|secret|session|signature|token", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@\"'<>&=:/?]{1,320}(?:@|%40)[^\s@\"'<>&=/?]+\.\w+")
_TOKENS = re.compile(r'("(?:[^"\\]|\\.)*"?)(\s*:)?|(true|false|null)\b|([\s{}\[\],:]+)|([^\s{}\[\],:"]+)', re.DOTALL)
_BEGUN = re.compile(r"(?:-?\d[\d.eE+-]*|[a-z]{1,4})?\Z")


def header(name: str, value: str) -> str:
    """The value of a header, or what kind of secret it is."""
    return f"<{name.lower()}>" if _SECRET_HEADER.search(name) else email_masked(value)


def query(text: str) -> list[tuple[str, str]]:
    """Names and values of a query."""
    return [(name, _value(name, value)) for name, value in parse_qsl(text, keep_blank_values=True)]


def target(path: str, text: str) -> str:
    """A path with its query."""
    pairs = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query(text))
    return email_masked(path) + (f"?{pairs}" if pairs else "")


def body(text: str, *, is_error: bool = False) -> str | None:
    """A JSON body, whole or cut short, with every value hidden that is not to be shown; None where it is no JSON.

    Names, frame and white space stay as they came. A body that was damaged in another way could show a value in the place
    of a name, so nothing of it is shown.
    """
    return _masked(text, UNMASKED_IN_ERRORS if is_error else UNMASKED) if _is_json(text) else None


def email_masked(text: str) -> str:
    """*text* without e-mail addresses; without a bound on their length a long word would be searched for minutes."""
    return _EMAIL.sub("<email>", text) if "@" in text or "%40" in text else text


def _masked(text: str, shown: frozenset[str]) -> str:
    told: list[str] = []
    name = ""
    for match in _TOKENS.finditer(text):
        string, colon, word, frame, bare = match.groups()
        if frame or word:
            # What follows an object is no longer about its last name.
            name = "" if frame and "}" in frame else name
            told.append(match[0])
        elif colon:
            name = string[1:-1]
            told.append(match[0])
        elif _is_shown(name, shown):
            told.append(email_masked(match[0]))
        else:
            told.append("0" if bare else '"<text>"')
    return "".join(told)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        is_cut = error.msg.startswith("Unterminated string") or _BEGUN.match(text, error.pos) is not None
        return is_cut and text.lstrip()[:1] in {"{", "["}
    except RecursionError:
        return False
    return True


def _is_shown(name: str, shown: frozenset[str]) -> bool:
    return name in shown or _IDS.match(name) is not None


def _value(name: str, value: str) -> str:
    outer = name.partition("[")[0]
    return email_masked(value) if _is_shown(outer, UNMASKED_IN_QUERIES) else "<text>"
