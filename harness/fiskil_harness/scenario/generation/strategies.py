"""Plans as Hypothesis draws them: whole, as data, before anything runs.

Every draw is a small number or a truth value, so that one seed draws the same plans whatever else is loaded; none depends on
an answer. The order of choices decides where shrinking ends: fewer steps, a hand-over before a replay before a burst
before a restart, the first event before later ones.
"""

from collections.abc import Sequence

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from fiskil_harness.scenario.generation.actions import (
    ABOUT_CONSENT,
    DATASETS,
    KILLS,
    NAMED,
    Act,
    Facts,
    Form,
    delivered,
    disorders,
    repeats,
)
from fiskil_harness.scenario.scenario import Scenario

MORE = ("touch_consent", "accounts", "balances", "transactions")
ENDS = (False, True)
ENDS_OF_TWINS = (False, False, True)
AMONG_TWINS_MORE = ("touch_consent", "accounts", "touch_consent", "balances", "touch_consent", "transactions")
"""What happens to twins is mostly about a consent that goes on: what is told late must not hide what is newer."""

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
SELDOM = (*("none",) * 6, "at_end", *("none",) * 6, "again")
"""Whether the app is killed and started again; each restart takes a second, so of many plans most do without."""

CRASHES_OF_ALL = (*("none",) * 4, "again", "at_end", "amidst", "amidst")
SELDOM_OF_ALL = (*("none",) * 6, "at_end", *("none",) * 6, "amidst", *("none",) * 6, "again")
"""The same where the app may also die while a delivery is under way, as often as otherwise."""

ANYTHING = (
    "hand_over",
    "replay",
    "burst_2",
    "burst_2_retries",
    "hand_over",
    "forge",
    "lose",
    "half",
    "unknown",
    "forge",
    "odd",
    "reencode",
    "foreign",
    "mixed",
    "half_4",
    "burst_8",
    "burst_4_retries",
    "wait",
)
AMONG_TWINS = tuple(verb for verb in ANYTHING if verb not in {"unknown", "forge", "odd", "reencode", "foreign", "mixed"})
"""What changes nothing that a twin would not go through as well."""

SURE = frozenset({"forge", "foreign", "mixed"})
"""Verbs after which the state is looked at for a move, so nothing before them may be under way or about to be."""
UNSURE = frozenset({"lose", "restart", "fail", *KILLS})
TWINS_EVERY = 6
"""Twins cost as much as three plans, so one in so many has them. An app without counts is judged by them alone."""

FORGING = ("forge", "hand_over", "forge", "forge", "replay", "forge")
LONGEST = 8
MOST_EVENTS = 8
FEW = 3
SOME = 5
LONGEST_RUN = 15
"""So many forgeries in a row, so that forty plans reach every one of sixty. Where only the state tells, each costs two long
looks at it, so there are few and alone."""


@st.composite
def plans(draw: DrawFn, form: Form) -> Scenario:
    """Plans of one form."""
    if form.kind == "everything":
        is_twinned = draw(st.integers(0, 999)) % TWINS_EVERY == TWINS_EVERY - 1
        form = msgspec.structs.replace(form, is_twinned=is_twinned or not form.has_counts)
    synced = form.least.synced if form.has_twins else draw(st.integers(0, len(DATASETS)))
    choice, ends = (AMONG_TWINS_MORE, ENDS_OF_TWINS) if form.has_twins else (MORE, ENDS)
    more, is_revoked = draw(st.lists(st.sampled_from(choice), max_size=3)), draw(st.sampled_from(ends))
    has_more = synced == len(DATASETS) and form.kind != "forgeries"
    facts = Facts(synced=synced, more=tuple(more) if has_more else (), is_revoked=is_revoked)
    return form.plan(facts, draw(_acts(form, facts)))


def _acts(form: Form, facts: Facts) -> SearchStrategy[list[Act]]:
    count = facts.count
    if form.kind == "everything":
        return _everything(form, facts)
    if form.kind == "forgeries":
        return _forging(count, run=LONGEST_RUN if form.has_counts else 1)
    disturbing = _disturbances(form, VERBS, count)
    if form.kind == "order":
        newest = Act("hand_over", facts.newest_consent_event)
        either_way = st.builds(lambda acts, is_first: [newest, *acts] if is_first else acts, disturbing, st.booleans())
        return either_way.filter(lambda acts: repeats(acts) or disorders(acts))
    return disturbing.filter(repeats)


@st.composite
def _disturbances(draw: DrawFn, form: Form, verbs: Sequence[str], count: int) -> list[Act]:
    acts = draw(_list_of(_act(verbs, range(count), run=SOME), LONGEST))
    often, seldom = (CRASHES_OF_ALL, SELDOM_OF_ALL) if form.kind == "everything" else (CRASHES, SELDOM)
    crash = draw(st.sampled_from(seldom if form.is_seldom else often)) if form.can_restart else "none"
    if crash == "amidst":
        kill = draw(_act(tuple(KILLS), range(count)))
        again = sorted({*delivered(acts), kill.event})
        return [*acts, kill, *draw(_list_of(_act(AGAIN, again), 3))]
    if crash == "again":
        again = sorted(set(delivered(acts))) or [0]
        return [*acts, Act("restart"), *draw(_list_of(_act(AGAIN, again), 3))]
    return [*acts, Act("restart")] if crash == "at_end" else acts


@st.composite
def _everything(draw: DrawFn, form: Form, facts: Facts) -> list[Act]:
    """Acts of every verb whose outcome is clear, a late first attempt and orders to fail among them."""
    verbs = AMONG_TWINS if form.has_twins else ANYTHING
    if facts.is_revoked:
        verbs = tuple(verb for verb in verbs if verb not in {"reencode", "mixed"})
    is_calm = not form.has_twins and draw(st.booleans())
    if form.can_fail and not is_calm:
        verbs += ("fail",)
    acts = draw(_disturbances(form, verbs, facts.count))
    if not form.has_twins and acts[0].verb == "hand_over" and draw(st.booleans()):
        acts = [Act("late"), *acts]
    if any(act.verb in ABOUT_CONSENT for act in acts):
        # Whether a message moved somebody is clearest while little is known of them.
        mixed = [act for act in acts if act.verb == "mixed"][:1]
        acts = [Act("hand_over"), *mixed, *(act for act in acts if act.verb != "mixed")]
    return clear(in_turn(acts) if is_calm else acts) or [Act("hand_over")]


def in_turn(acts: list[Act]) -> list[Act]:
    """*acts* in which events come for the first time in their order: nobody has a reason to refuse one for now."""
    turns = {event: turn for turn, event in enumerate(dict.fromkeys(delivered(acts)))}
    return [msgspec.structs.replace(act, event=turns.get(act.event, 0)) for act in acts]


def clear(acts: list[Act]) -> list[Act]:
    """*acts* without those whose outcome the ones before them leave in doubt.

    Who looks for a move needs an app at rest, whose a consent is can be known only when it was
    told, and an order to fail dies with the app.
    """
    kept: list[Act] = []
    for act in acts:
        if act.verb in SURE and any(act.verb in UNSURE for act in kept):
            continue
        if act.verb in {"restart", *KILLS} and any(act.verb == "fail" for act in kept):
            continue
        if act.verb == "mixed" and 0 not in delivered(kept):
            continue
        kept.append(act)
    return kept


def _forging(count: int, *, run: int) -> SearchStrategy[list[Act]]:
    acts = _list_of(_act(FORGING, range(count), run=run), FEW)
    return acts.filter(lambda acts: any(act.verb == "forge" for act in acts))


def _list_of(act: SearchStrategy[Act], longest: int) -> SearchStrategy[list[Act]]:
    return st.lists(act, min_size=1, max_size=longest)


def _act(verbs: Sequence[str], events: Sequence[int], *, run: int = 1) -> SearchStrategy[Act]:
    """An act on one of *events*, with up to *run* names that end with a drawn one where its verb has named variants.

    A number beyond the last event means that one, so that fewer events leave the choices as they are. The same number tells
    how many names there are, and before the first comes the last, so that none is reached less often than others.
    """

    def act(verb: str, number: int, last: int) -> Act:
        event = events[min(number, len(events) - 1)]
        if verb not in NAMED:
            return Act(verb, event)
        names = NAMED[verb][0]
        before = number * (run - 1) // (MOST_EVENTS - 1) if verb == "forge" else 0
        return Act(verb, event, tuple(names[(last - back) % len(names)] for back in range(before, -1, -1)))

    most = max((len(NAMED[verb][0]) for verb in verbs if verb in NAMED), default=1)
    return st.builds(act, st.sampled_from(verbs), st.integers(0, MOST_EVENTS - 1), st.integers(0, most - 1))
