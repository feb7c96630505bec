"""Pair coverage of generated life plans: the pairs of verbs (actions) that happened in the same plan.

A life plan is a random sequence of actions of the end user, the API and the webhook sender.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Literal

from msgspec import Struct

VerbGroup = Literal["", "life", "fault", "delivery"]
"""The cause of an action: the end user, a fault of the API, or the webhook sender; empty for very common actions."""


class Verb(Struct, frozen=True, kw_only=True):
    """One kind of action in generated life plans.

    Verbs with an empty *group* are too common to count in pairs. *needs* are the hooks that the verb requires.
    """

    name: str
    group: VerbGroup = ""
    needs: tuple[str, ...] = ()


class PairCoverage(Struct, frozen=True, kw_only=True):
    """Pair coverage of life plans: *covered* of *total* pairs of verbs from different groups happened in the same plan.

    *missing* lists the other pairs.
    """

    covered: int
    total: int
    missing: tuple[str, ...] = ()


def pairs_of(verbs: Iterable[Verb]) -> list[tuple[str, str]]:
    """Return every pair of verbs from different groups, in order."""
    return [(first.name, second.name) for first, second in combinations(verbs, 2) if first.group != second.group]


def uncovered_pairs(pairs: Sequence[tuple[str, str]], lives: Iterable[Iterable[str]]) -> list[tuple[str, str]]:
    """Return those of *pairs* that no plan contains; *lives* has, for each plan, the names of its verbs."""
    plans = [frozenset(life) for life in lives]
    return [pair for pair in pairs if not any(plan.issuperset(pair) for plan in plans)]


def pair_coverage(verbs: Iterable[Verb], lives: Iterable[Iterable[str]]) -> PairCoverage:
    """Return which pairs of *verbs* happened in one plan; *lives* has, for each plan, the names of those that happened."""
    pairs = pairs_of(verbs)
    missing = uncovered_pairs(pairs, lives)
    return PairCoverage(
        covered=len(pairs) - len(missing),
        total=len(pairs),
        missing=tuple(f"{first} with {second}" for first, second in missing),
    )
