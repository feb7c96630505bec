"""Life plans: generated plans of everything that happens to one end user, to the API and to the deliveries.

A life plan is a list of actions. Actions that are impossible at their position, such as a sync without a consent, are left
out, so every shorter list is a valid life plan as well.
"""

from collections.abc import Iterable

from msgspec import Struct

from fiskil_harness import probes
from fiskil_harness.journal.entries.plan_pairs import Verb
from fiskil_harness.probes import AnyProbe
from fiskil_harness.scenario.generation.life_actions import ACTIONS, API_FAULTS, ENDINGS, FAILED, IN_WALKS, VERBS
from fiskil_harness.scenario.generation.life_state import LifeState
from fiskil_harness.scenario.scenario import Scenario

NAME = "generated_life_plans"
MOST_BITES = 4
"""An app may lose a message only if a plan has more API failures than this."""


class Action(Struct, frozen=True):
    """A verb, and a number from 0 to 7 that selects one of its variants."""

    verb: str
    number: int = 0


class LifePlan(Struct, frozen=True, kw_only=True):
    """The actions in order, and the hooks in the config, without which some actions are left out."""

    actions: tuple[Action, ...]
    hooks: frozenset[str] = frozenset()

    def plan(self) -> Scenario:
        """Return the plan: the steps of the actions, the steps that these require, and an end in which everything works."""
        state = self._state()
        return Scenario(name=NAME, practices=(), probes=probes_for(state), end_user="rosa", steps=tuple(state.steps))

    def verbs(self) -> tuple[str, ...]:
        """Return the verbs of the actions that are possible, and so in the plan, without repetitions."""
        return tuple(dict.fromkeys(self._state().verbs))

    def _state(self) -> LifeState:
        state = LifeState(has=self.hooks, expires=any(action.verb == "expire" for action in self.actions))
        for action in self.actions:
            if self.hooks.issuperset(VERBS[action.verb].needs) and ACTIONS[action.verb](state, action.number):
                state.verbs.append(action.verb)
        state.end()
        return state


def probes_for(state: LifeState) -> tuple[AnyProbe, ...]:
    """Return the probes that can judge the life plan with this *state*, the most general probe first."""
    verbs = set(state.verbs)
    chosen: list[AnyProbe] = []
    if state.consent == "active":
        chosen += [probes.HoldsEveryRow("transactions"), probes.HoldsEveryRow("accounts")]
        chosen += [probes.HoldsNewestValues()] if "row_amended" in verbs else []
        chosen += [probes.DropsRemovedRows()] if verbs & {"row_removed", "row_vanished"} else []
    elif not verbs & {"renew", "amend", "consent_again"}:
        chosen.append(probes.DropsRevokedRows())
    chosen += [probes.AppliesOnce(), probes.RetriesInBounds()]
    if _must_lose_nothing(state, verbs):
        chosen.append(probes.LosesNothing())
    if verbs & FAILED and not (verbs & API_FAULTS):
        chosen += [probes.StaysUnconnected(), probes.StartsNewSession()]
    if not verbs & (API_FAULTS | {"outage", "delete", "restart"}):
        chosen.append(probes.ShowsNoServerError())
    if "expire_tokens" in verbs and not verbs & (API_FAULTS - {"expire_tokens"} | ENDINGS | {"outage", "restart"}):
        chosen.append(probes.RenewsTokenOnce())
    return tuple(chosen)


def _must_lose_nothing(state: LifeState, verbs: set[str]) -> bool:
    """Return true if an app has no acceptable reason to drop a message."""
    if "delete" in verbs or state.bites > MOST_BITES or verbs & IN_WALKS.keys():
        return False
    return not ("late" in verbs and verbs & API_FAULTS)


def possible(hooks: Iterable[str]) -> tuple[Verb, ...]:
    """Return the verbs that count for pair coverage and need no hooks other than *hooks*."""
    configured = set(hooks)
    return tuple(verb for verb in VERBS.values() if verb.group and configured.issuperset(verb.needs))
