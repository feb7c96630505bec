"""The lives of end users in a soak test: generated life plans without what would disturb other end users."""

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity

from fiskil_harness.core.hypothesis_home import isolated
from fiskil_harness.core.randomness import stream
from fiskil_harness.journal.entries.plan_pairs import pairs_of
from fiskil_harness.scenario.generation.life_plans import LifePlan, possible
from fiskil_harness.scenario.generation.life_strategies import life_plans

POSSIBLE = frozenset(
    {
        "hand_over",
        "confirm",
        "revoke",
        "disconnect",
        "consent_again",
        "renew",
        "amend",
        "row_amended",
        "row_removed",
        "row_added",
        "refresh",
        "replay",
        "retry",
        "twice_at_once",
        "newest_first",
    }
)
"""The verbs that concern one end user only; the others stop the app, move the clock or break the API for all."""

SESSIONS = frozenset({"consent_again", "renew", "amend"})
ENDINGS = frozenset({"revoke", "disconnect"})
DRAWS = 10


def drawn_lives(count: int, *, seed: int, hooks: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """Return *count* lives; each is a tuple of actions such as ``hand_over:2``.

    Args:
        seed: The same seed draws the same lives.
        hooks: The hooks in the config, without which some actions are left out.
    """
    lives: list[tuple[str, ...]] = []
    seeds = stream(seed, "soak lives")
    verbs = [verb for verb in possible(hooks) if verb.name in POSSIBLE]
    names = [verb.name for verb in verbs]
    for _ in range(count * DRAWS):
        if len(lives) >= count:
            break
        pairs = pairs_of(verbs)
        for life in _drawn(hooks, names, seeds.sample(pairs, len(pairs)), seed=seeds.randrange(2**32)):
            actions = _possible_actions(life)
            if actions and actions not in lives and len(lives) < count:
                lives.append(actions)
    return tuple(lives)


def _possible_actions(life: LifePlan) -> tuple[str, ...]:
    """Return the actions of *life* that are possible during the load, each with its variant.

    The institution revokes no consent while another one is active: the rows that both share belong to the newer one, and
    whether the app still has them afterwards depends on when it read them.
    """
    actions: list[str] = []
    active = 1
    for action in life.actions:
        if action.verb not in POSSIBLE or (action.verb == "revoke" and active > 1):
            continue
        active = 0 if action.verb in ENDINGS else active + (action.verb in SESSIONS)
        actions.append(f"{action.verb}:{action.number}")
    return tuple(actions)


def _drawn(hooks: frozenset[str], names: list[str], pairs: list[tuple[str, str]], *, seed: int) -> list[LifePlan]:
    drawn: list[LifePlan] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        backend="hypothesis",
        database=None,
        deadline=None,
        derandomize=False,
        max_examples=2,
        phases=(Phase.generate,),
        suppress_health_check=tuple(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @hypothesis.given(life_plans(hooks, names, pairs))
    def collect(life: LifePlan) -> None:
        drawn.append(life)

    with isolated():
        collect()
    return drawn
