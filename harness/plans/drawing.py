"""Plans as Hypothesis draws them: whole, as data, before anything runs.

Every draw is a small number or a truth value, so that one seed draws the same plans whatever else is loaded; none depends on
an answer. The order of choices decides where shrinking ends: fewer steps, a hand-over before a replay before a burst
before a restart, the first event before later ones.
"""

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from harness.plans.acts import DATASETS, Act, Facts, Form, delivered, disorders, repeats
from harness.scenario import Scenario
from harness.webhooks.forgeries import FORGERIES

MORE = ("confirm_again", "accounts", "balances", "transactions")
VERBS = (
    "hand_over",
    "replay",
    "burst_2",
    "burst_2_retries",
    "hand_over",
    "lose",
    "burst_4",
    "burst_8",
    "burst_4_retries",
    "wait",
)
"""Simplest first; a verb that stands twice is drawn more often. Every verb is drawn with an event, needed or not: choices of
one shape shrink best."""

AGAIN = ("hand_over", "replay", "burst_2", "burst_4_retries")
CRASHES = ("none", "none", "again", "at_end")
"""Whether the app is killed and started again; each restart takes a second, so most plans do without."""

FORGING = ("forge", "hand_over", "forge", "forge", "replay", "forge")
LONGEST = 8
MOST_EVENTS = 8
LONGEST_RUN = 8
"""So many forgeries in a row. Where only the state tells, each costs two long looks at it, so there are few and alone."""

FEW = 3


@st.composite
def plans(draw: DrawFn, form: Form) -> Scenario:
    """Plans of one form."""
    synced = form.least.synced if form.has_twins else draw(st.integers(0, len(DATASETS)))
    more, is_revoked = draw(st.lists(st.sampled_from(MORE), max_size=3)), draw(st.booleans())
    facts = Facts(synced=synced, more=tuple(more) if synced == len(DATASETS) else (), is_revoked=is_revoked)
    return form.plan(facts, draw(_acts(form, facts.count)))


def _acts(form: Form, count: int) -> SearchStrategy[list[Act]]:
    if form.kind == "forgeries":
        return _forging(count, run=LONGEST_RUN if form.has_counts else 1)
    disturbing = _disturbances(count, form.can_restart)
    if form.kind == "order":
        return disturbing.filter(lambda acts: repeats(acts) or disorders(acts))
    return disturbing.filter(repeats)


@st.composite
def _disturbances(draw: DrawFn, count: int, can_restart: bool) -> list[Act]:
    acts = draw(_list_of(_act(VERBS, range(count)), LONGEST))
    crash = draw(st.sampled_from(CRASHES)) if can_restart else "none"
    if crash == "again":
        again = sorted(set(delivered(acts))) or [0]
        return [*acts, Act("restart"), *draw(_list_of(_act(AGAIN, again), 3))]
    return [*acts, Act("restart")] if crash == "at_end" else acts


def _forging(count: int, *, run: int) -> SearchStrategy[list[Act]]:
    acts = _list_of(_act(FORGING, range(count), tuple(FORGERIES), run=run), LONGEST if run > 1 else FEW)
    return acts.filter(lambda acts: any(act.verb == "forge" for act in acts))


def _list_of(act: SearchStrategy[Act], longest: int) -> SearchStrategy[list[Act]]:
    return st.lists(act, min_size=1, max_size=longest)


def _act(
    verbs: Sequence[str], events: Sequence[int], forgeries: Sequence[str] = ("",), *, run: int = 1
) -> SearchStrategy[Act]:
    """An act on one of *events*, or a run of forgeries that ends with a drawn one.

    A number beyond the last event means that one, so that fewer events leave the choices as they are.
    """

    def act(verb: str, number: int, last: int) -> Act:
        first = max(0, last - number % run)
        return Act(verb, events[min(number, len(events) - 1)], tuple(forgeries[first : last + 1]))

    return st.builds(act, st.sampled_from(verbs), st.integers(0, MOST_EVENTS - 1), st.integers(0, len(forgeries) - 1))
