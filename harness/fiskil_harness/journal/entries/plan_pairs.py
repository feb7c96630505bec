"""Pair coverage of generated life plans: which two verbs (end user, API, delivery) happened in the same plan."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from msgspec import Struct

LIFE, FAULT, DELIVERY = "life", "fault", "delivery"


class Verb(Struct, frozen=True, kw_only=True):
    """One building block of generated life plans.

    Verbs without a *group* are too common to count. *needs* are the hooks that the verb requires.
    """

    name: str
    group: str = ""
    needs: tuple[str, ...] = ()


class PairCoverage(Struct, frozen=True, kw_only=True):
    """Pair coverage: *covered* of *of* pairs of verbs from different groups met in one plan; *missing* names the others."""

    covered: int
    total: int
    missing: tuple[str, ...] = ()


def pairs_of(verbs: Iterable[Verb]) -> list[tuple[str, str]]:
    """Return every pair of verbs from different groups, in order."""
    return [(first.name, second.name) for first, second in combinations(verbs, 2) if first.group != second.group]


def uncovered_pairs(pairs: Sequence[tuple[str, str]], lives: Iterable[Iterable[str]]) -> list[tuple[str, str]]:
    """Return those of *pairs* that no plan in *lives* contains; each plan is the names of its verbs."""
    plans = [frozenset(life) for life in lives]
    return [pair for pair in pairs if not any(plan.issuperset(pair) for plan in plans)]


def pair_coverage(verbs: Iterable[Verb], lives: Iterable[Iterable[str]]) -> PairCoverage:
    """Return the pair coverage of all plans in *lives*; each plan is the names of the verbs that happened in it."""
    pairs = pairs_of(verbs)
    missing = uncovered_pairs(pairs, lives)
    return PairCoverage(
        covered=len(pairs) - len(missing),
        total=len(pairs),
        missing=tuple(f"{first} with {second}" for first, second in missing),
    )
