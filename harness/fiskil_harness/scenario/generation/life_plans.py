"""Whole lives of an end user: what happens to them, to the API and to the deliveries, laid out as one plan.

A life is a list of deeds. What cannot happen where it stands, such as a sync without a consent, is left out, so every
shorter list is a life as well.
"""

from collections.abc import Iterable

from msgspec import Struct

from fiskil_harness import probes
from fiskil_harness.journal.entries.plan_pairs import Verb
from fiskil_harness.probes import AnyProbe
from fiskil_harness.scenario.generation.life_actions import API_FAULTS, DOINGS, ENDINGS, FAILED, IN_WALKS, VERBS
from fiskil_harness.scenario.generation.life_state import LifeState
from fiskil_harness.scenario.scenario import Scenario

NAME = "drawn_lives"
MOST_BITES = 4
"""An app that tries a message a few times more than a call bears so many failures of the API, and forgets nothing."""


class Action(Struct, frozen=True):
    """A verb, and a number from 0 to 7 that chooses among its variants."""

    verb: str
    number: int = 0


class LifePlan(Struct, frozen=True, kw_only=True):
    """What happens, in order; *hooks* are those that the config gives."""

    actions: tuple[Action, ...]
    hooks: frozenset[str] = frozenset()

    def plan(self) -> Scenario:
        """The deeds with all that they need around them, and an end in which everything is well again."""
        course = self._course()
        return Scenario(name=NAME, practices=(), probes=probes_for(course), end_user="rosa", steps=tuple(course.steps))

    def verbs(self) -> tuple[str, ...]:
        """The verbs that the plan holds."""
        return tuple(dict.fromkeys(self._course().met))

    def _course(self) -> LifeState:
        course = LifeState(has=self.hooks, expires=any(action.verb == "expire" for action in self.actions))
        for action in self.actions:
            if self.hooks.issuperset(VERBS[action.verb].needs) and DOINGS[action.verb](course, action.number):
                course.met.append(action.verb)
        course.end()
        return course


def probes_for(course: LifeState) -> tuple[AnyProbe, ...]:
    """The probes whose answer this life leaves clear, the widest question first."""
    verbs = set(course.met)
    found: list[AnyProbe] = []
    if course.consent == "active":
        found += [probes.HoldsEveryRow("transactions"), probes.HoldsEveryRow("accounts")]
        found += [probes.HoldsNewestValues()] if "row_amended" in verbs else []
        found += [probes.DropsRemovedRows()] if verbs & {"row_removed", "row_vanished"} else []
    elif not verbs & {"renew", "amend", "consent_again"}:
        found.append(probes.DropsRevokedRows())
    found += [probes.AppliesOnce(), probes.RetriesInBounds()]
    if _must_lose_nothing(course, verbs):
        found.append(probes.LosesNothing())
    if verbs & FAILED and not (verbs & API_FAULTS):
        found += [probes.StaysUnconnected(), probes.StartsAgainAfresh()]
    if not verbs & (API_FAULTS | {"outage", "delete", "restart"}):
        found.append(probes.ShowsNoServerError())
    if "expire_tokens" in verbs and not verbs & (API_FAULTS - {"expire_tokens"} | ENDINGS | {"outage", "restart"}):
        found.append(probes.RenewsTokenOnce())
    return tuple(found)


def _must_lose_nothing(course: LifeState, verbs: set[str]) -> bool:
    """Whether no app has had a reason to leave a message for good."""
    if "delete" in verbs or course.bites > MOST_BITES or verbs & IN_WALKS.keys():
        return False
    return not ("late" in verbs and verbs & API_FAULTS)


def possible(hooks: Iterable[str]) -> tuple[Verb, ...]:
    """The verbs for which the config gives what they need."""
    given = set(hooks)
    return tuple(verb for verb in VERBS.values() if verb.group and given.issuperset(verb.needs))
