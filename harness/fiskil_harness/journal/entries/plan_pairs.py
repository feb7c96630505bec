"""Which two things met in one life: of the end user, of the API and of the deliveries, each of which can spoil another."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from msgspec import Struct

LIFE, FAULT, DELIVERY = "life", "fault", "delivery"


class Verb(Struct, frozen=True, kw_only=True):
    """One thing that drawn lives are made of; without a ``group`` it is too ordinary to count. ``needs`` are hooks."""

    name: str
    group: str = ""
    needs: tuple[str, ...] = ()


class Pairs(Struct, frozen=True, kw_only=True):
    """How many pairs of verbs of different groups happened in one life, of how many, and which of them never did."""

    covered: int
    of: int
    missing: tuple[str, ...] = ()


def pairs_of(verbs: Iterable[Verb]) -> list[tuple[str, str]]:
    """Every pair of verbs of different groups, in order."""
    return [
        (combination.name, other.name) for combination, other in combinations(verbs, 2) if combination.group != other.group
    ]


def unmet(pairs: Sequence[tuple[str, str]], lives: Iterable[Iterable[str]]) -> list[tuple[str, str]]:
    """Those of *pairs* of which no life had both."""
    met = [frozenset(live) for live in lives]
    return [pair for pair in pairs if not any(both.issuperset(pair) for both in met)]


def covered(verbs: Iterable[Verb], lives: Iterable[Iterable[str]]) -> Pairs:
    """What the lives together covered; each is the verbs that happened in it."""
    known = pairs_of(verbs)
    missing = unmet(known, lives)
    return Pairs(
        covered=len(known) - len(missing),
        of=len(known),
        missing=tuple(f"{text} with {other}" for text, other in missing),
    )
