"""Hypothesis strategies for plans: each plan is drawn completely, as data, before anything runs.

Every draw is a small number or a boolean, and no draw depends on a response of the app, so the same seed always draws the
same plans. Hypothesis shrinks towards the first choice in each list: fewer steps, a delivery rather than a replay, burst or
restart, and the first event rather than later events.
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
    delivered_events,
    is_out_of_order,
    repeats,
)
from fiskil_harness.scenario.scenario import Scenario

MORE = ("touch_consent", "accounts", "balances", "transactions")
ENDS = (False, True)
ENDS_OF_TWINS = (False, False, True)
AMONG_TWINS_MORE = ("touch_consent", "accounts", "touch_consent", "balances", "touch_consent", "transactions")
"""Later events of twins. Most are changes of an active consent: a late event must not overwrite a newer state."""

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
"""Verbs (kinds of act), the simplest first; a verb that is listed twice is drawn more often. Every verb is drawn with an
event, even if it uses none, because Hypothesis shrinks choices of the same structure best."""

AGAIN = ("hand_over", "replay", "burst_2", "burst_4_retries")
CRASHES = ("none", "none", "again", "at_end")
SELDOM = (*("none",) * 6, "at_end", *("none",) * 6, "again")
"""Choices for the restart of the app if many plans run. A restart takes a second, so most plans have none."""

CRASHES_OF_ALL = (*("none",) * 4, "again", "at_end", "during_delivery", "during_delivery")
SELDOM_OF_ALL = (*("none",) * 6, "at_end", *("none",) * 6, "during_delivery", *("none",) * 6, "again")
"""The same choices for plans in which the app may also be killed during a delivery."""

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
UNLAWFUL = frozenset({"odd", "mixed"})
"""Verbs for signed messages with content that Fiskil must not send."""

AMONG_TWINS = tuple(verb for verb in ANYTHING if verb not in {"unknown", "forge", "odd", "reencode", "foreign", "mixed"})
"""Verbs for plans with twins: each verb affects only one twin."""

SURE = frozenset({"forge", "foreign", "mixed"})
"""Verbs after which the app's state must be unchanged, so no earlier work may still be unfinished."""
UNSURE = frozenset({"lose", "restart", "fail", *KILLS})
TWINS_EVERY = 6
"""One plan in this many has twins, and takes as long as three plans. An app that reports no counts always gets twins."""

FORGING = ("forge", "hand_over", "forge", "forge", "replay", "forge")
LONGEST = 8
MOST_EVENTS = 8
FEW = 3
SOME = 5
LONGEST_RUN = 15
"""The most forgeries in a row: enough that forty plans reach all forgeries. An app that reports only its state needs
two long waits for each forgery, so its plans send forgeries one at a time."""


@st.composite
def plans(draw: DrawFn, form: Form) -> Scenario:
    """Draw a plan with the settings of *form*."""
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
        return either_way.filter(lambda acts: repeats(acts) or is_out_of_order(acts))
    return disturbing.filter(repeats)


@st.composite
def _disturbances(draw: DrawFn, form: Form, verbs: Sequence[str], count: int) -> list[Act]:
    acts = draw(_list_of(_act(verbs, range(count), run=SOME), LONGEST))
    often, seldom = (CRASHES_OF_ALL, SELDOM_OF_ALL) if form.kind == "everything" else (CRASHES, SELDOM)
    crash = draw(st.sampled_from(seldom if form.is_seldom else often)) if form.can_restart else "none"
    if crash == "during_delivery":
        kill = draw(_act(tuple(KILLS), range(count)))
        again = sorted({*delivered_events(acts), kill.event})
        return [*acts, kill, *draw(_list_of(_act(AGAIN, again), 3))]
    if crash == "again":
        again = sorted(set(delivered_events(acts))) or [0]
        return [*acts, Act("restart"), *draw(_list_of(_act(AGAIN, again), 3))]
    return [*acts, Act("restart")] if crash == "at_end" else acts


@st.composite
def _everything(draw: DrawFn, form: Form, facts: Facts) -> list[Act]:
    """Draw acts of all verbs, also late first attempts and requested failures, but no acts whose outcome is unclear."""
    verbs = AMONG_TWINS if form.has_twins else ANYTHING
    left_out = {"reencode", "mixed"} if facts.is_revoked else set()
    left_out |= set() if form.has_unlawful else UNLAWFUL
    verbs = tuple(verb for verb in verbs if verb not in left_out)
    is_calm = not form.has_twins and draw(st.booleans())
    if form.can_fail and not is_calm:
        verbs += ("fail",)
    acts = draw(_disturbances(form, verbs, facts.count))
    if not form.has_twins and acts[0].verb == "hand_over" and draw(st.booleans()):
        acts = [Act("late"), *acts]
    if any(act.verb in ABOUT_CONSENT for act in acts):
        # The effect of a message on another end user is clearest while that end user has few events.
        mixed = [act for act in acts if act.verb == "mixed"][:1]
        first, others = (acts[0], acts[1:]) if acts[0].verb == "late" else (Act("hand_over"), acts)
        acts = [first, *mixed, *(act for act in others if act.verb != "mixed")]
    return without_unclear(in_order(acts) if is_calm else acts) or [Act("hand_over")]


def in_order(acts: list[Act]) -> list[Act]:
    """Return *acts* with renumbered events, so that first deliveries are in order and the app has no reason to refuse."""
    numbers = {event: number for number, event in enumerate(dict.fromkeys(delivered_events(acts)))}
    return [msgspec.structs.replace(act, event=numbers.get(act.event, 0)) for act in acts]


def without_unclear(acts: list[Act]) -> list[Act]:
    """Return *acts* without the acts whose outcome is unclear because of earlier acts.

    A check for a state change needs an idle app. The app knows the owner of a consent only after event 0. A requested
    failure is lost when the app is killed.
    """
    remaining: list[Act] = []
    for act in acts:
        if act.verb in SURE and any(act.verb in UNSURE for act in remaining):
            continue
        if act.verb in {"restart", *KILLS} and any(act.verb == "fail" for act in remaining):
            continue
        if act.verb == "mixed" and 0 not in delivered_events(remaining):
            continue
        remaining.append(act)
    return remaining


def _forging(count: int, *, run: int) -> SearchStrategy[list[Act]]:
    acts = _list_of(_act(FORGING, range(count), run=run), FEW)
    return acts.filter(lambda acts: any(act.verb == "forge" for act in acts))


def _list_of(act: SearchStrategy[Act], longest: int) -> SearchStrategy[list[Act]]:
    return st.lists(act, min_size=1, max_size=longest)


def _act(verbs: Sequence[str], events: Sequence[int], *, run: int = 1) -> SearchStrategy[Act]:
    """Return a strategy for an act on one of *events*.

    A verb with named variants gets one drawn name; "forge" also gets the names before it, up to *run* names.

    A drawn number beyond the last event means the last event, so that fewer events do not change the choices. For "forge",
    the same number decides how many names there are. Names wrap around, so that all are reached equally often.
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
