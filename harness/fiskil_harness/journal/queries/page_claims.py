"""Find what the sentences of a page deny: words after a negation in the same clause.

Only English negations are known, so text in another language denies nothing.
"""

import re
from collections.abc import Iterator

_BOUNDARY = re.compile(
    r"[.!?;:\n\u2026\u2013\u2014()]+"
    r"|,\s*(?=(?:and|we|you|it|they|this|only|just|then|so)\b)"
    r"|\b(?:but|because|while|until|since|although|when|if|instead)\b",
    re.IGNORECASE,
)
"""Ends of clauses. A comma ends a clause only before a word that begins another one, because lists have commas too."""

_NEGATION = re.compile(
    r"(?:\b(?:cannot|never|neither|nor|not|no|without|except)|n['\u2019]t)\b"
    r"(?!\s+(?:only|just|all|done|finished|complete|completed|ready|available|here|there|arrived|more\s+than)\b)",
    re.IGNORECASE,
)
"""A negation. "Not only", and "not ready" or the like, which states that something is under way, deny nothing."""

_WAITING = re.compile(r"\byet\b", re.IGNORECASE)
_ACCESS = re.compile(
    r"\s+(?:\w+\s+)?(?:access|ask|collect|fetch|get|look|need|obtain|read|receive|request|see|share|use|view)", re.IGNORECASE
)


def without_denials(text: str) -> str:
    """Return *text* without the part of each clause that follows a negation; a clause with "yet" denies nothing."""
    kept, end = [], 0
    for start, stop in _denials(text):
        kept.append(text[end:start])
        end = stop
    return "".join([*kept, text[end:]])


def access_denied(text: str) -> str:
    """Return the parts of *text* that deny access to something, such as "do not read your transactions"."""
    denials = (text[start:stop] for start, stop in _denials(text))
    return "\n".join(denial for denial in denials if _denies_access(denial))


def _denials(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each denial in *text*."""
    start = 0
    for boundary in [*(match.span() for match in _BOUNDARY.finditer(text)), (len(text), len(text))]:
        clause = text[start : boundary[0]]
        negation = None if _WAITING.search(clause) else _NEGATION.search(clause)
        if negation:
            yield start + negation.start(), boundary[0]
        start = boundary[1]


def _denies_access(denial: str) -> bool:
    negation = _NEGATION.match(denial)
    return bool(negation and _ACCESS.match(denial, negation.end()))
