"""What a page asks somebody to type before it goes on, in its own words: "Type DISCONNECT to confirm"."""

import re

_TYPE = r"(?:type|enter|write|key in|retype|re-type)"
_QUOTED = re.compile(
    rf"\b{_TYPE}\b[^\n.\"'\u201c\u2018\u00ab`]{{0,40}}[\"'\u201c\u2018\u00ab`]([^\"'\u201d\u2019\u00bb`\n]{{1,60}})[\"'\u201d\u2019\u00bb`]",
    re.IGNORECASE,
)
_CAPITALS = re.compile(rf"\b(?i:{_TYPE})\b[^\n.]{{0,30}}?\b([A-Z][A-Z0-9]+(?: [A-Z][A-Z0-9]+)*)\b")
_SMALL = re.compile(rf"\b{_TYPE}\s+(?:the word\s+)?(\w+)\s+(?:to|below|here|in)\b", re.IGNORECASE)
_VAGUE = frozenset({"it", "this", "your", "the", "a", "an", "name", "password", "code", "here", "something", "text"})


def word_to_type(text: str) -> str:
    """The words that a text asks to be typed as they stand there; empty where it asks for none, or does not say which."""
    for form in (_QUOTED, _CAPITALS):
        found = form.search(text)
        if found:
            return found[1].strip()
    small = _SMALL.search(text)
    return small[1] if small and small[1].lower() not in _VAGUE else ""
