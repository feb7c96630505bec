"""Plans as Hypothesis draws them: whole, as data, before anything runs.

Every draw is a small number or a truth value, so that one seed draws the same plans whatever else is loaded; none depends on
an answer. The order of choices decides where shrinking ends: fewer steps, a hand-over before a replay before a burst
before a restart, the first event before later ones.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import Struct

from harness import probes, steps
from harness.journal import PlanKind
from harness.probes import AnyProbe
from harness.scenario import Scenario
from harness.webhooks.forgeries import FORGERIES
from harness.webhooks.outbox import ATTEMPTS

DATASETS = ("accounts", "balances", "transactions")
"""In the order in which their first syncs complete, so each sync tells one event."""

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
TOKEN_LIFE_MINUTES = 20
LONGEST = 8
LONGEST_RUN = 8
"""So many forgeries in a row. Where only the state tells, each costs two long looks at it, so there are few and alone."""

FEW = 3

MOST_EVENTS = 8

PRACTICES: dict[PlanKind, str] = {
    "deliveries": "webhooks.idempotent",
    "forgeries": "webhooks.signature",
    "order": "webhooks.retries",
}


class Facts(Struct, frozen=True, kw_only=True):
    """What happens to one consent, and so which events there are to deliver."""

    synced: int
    more: tuple[str, ...] = ()
    is_revoked: bool = False

    @property
    def count(self) -> int:
        """How many events this tells at least."""
        return 1 + self.synced + len(self.more) + self.is_revoked

    def steps(self, twin: str = "") -> list[Any]:
        """The steps that make it happen, every event at a moment of its own."""
        made: list[Any] = [steps.Authorise(twin=twin)]
        if self.synced == len(DATASETS):
            made.append(steps.Sync(twin=twin))
        else:
            made += [steps.Sync(name, twin=twin) for name in DATASETS[: self.synced]]
        for name in self.more:
            made.append(steps.ConfirmAgain(twin=twin) if name == "confirm_again" else steps.Sync(name, twin=twin))
        if self.is_revoked:
            made += [steps.Advance(seconds=1), steps.Revoke(twin=twin)]
        return made


REVOKED = (
    steps.Authorise(twin="b"),
    steps.Deliver(),
    steps.Advance(seconds=1),
    steps.Revoke(twin="b"),
    steps.Deliver(),
)
"""What a genuine message of the kind that is forged does to somebody."""


class Act(Struct, frozen=True):
    """One thing done, with an event before it is known whether that was delivered already, or with a forgery."""

    verb: str
    event: int = 0
    forgeries: tuple[str, ...] = ()


Acts = Callable[[int], SearchStrategy[list[Act]]]
"""How to draw acts on so many events."""


def plans(
    kind: PlanKind, *, end_user: str = "rosa", can_restart: bool = False, has_twins: bool = False
) -> SearchStrategy[Scenario]:
    """Plans of one *kind*; *has_twins* is for apps that tell no counts, so that only other end users show what is normal."""
    if kind == "forgeries":
        forging = partial(_forging, run=1 if has_twins else LONGEST_RUN)
        return _single(_blank(kind, end_user, probes.RefusesForgeries()), forging, before=REVOKED if has_twins else ())
    if kind == "order":
        acts = partial(_acts, can_restart=can_restart, is_worth=lambda acts: repeats(acts) or disorders(acts))
        return _twins(_blank(kind, end_user, probes.EndsLikeItsTwin(), probes.LosesNothing()), acts)
    acts = partial(_acts, can_restart=can_restart, is_worth=repeats)
    return (_twins if has_twins else _single)(_blank(kind, end_user, probes.AppliesOnce()), acts)


def simplest(kind: PlanKind, *, end_user: str = "rosa") -> Scenario:
    """The plan that says least: one consent, its first event, once. It shows what the app tells."""
    made = (*Facts(synced=0).steps(), steps.DeliverOne("e0"), steps.Deliver(attempts=5))
    return msgspec.structs.replace(_blank(kind, end_user, probes.AppliesOnce()), practices=(), steps=made)


def _blank(kind: PlanKind, end_user: str, *asked: AnyProbe) -> Scenario:
    return Scenario(name=f"drawn_{kind}", practices=(PRACTICES[kind],), probes=asked, end_user=end_user, steps=())


@st.composite
def _single(draw: DrawFn, blank: Scenario, acts: Acts, before: tuple[Any, ...] = ()) -> Scenario:
    """One end user: what happens, what is done with its events, and everything that is left."""
    synced, more, is_revoked = draw(st.integers(0, len(DATASETS))), draw(_more()), draw(st.booleans())
    # Before every first sync has completed, time that passes would tell events of its own.
    facts = Facts(synced=synced, more=more if synced == len(DATASETS) else (), is_revoked=is_revoked)
    made = as_steps(draw(acts(facts.count)))
    return msgspec.structs.replace(blank, steps=(*before, *facts.steps(), *made, steps.Deliver(attempts=5)))


@st.composite
def _twins(draw: DrawFn, blank: Scenario, acts: Acts) -> Scenario:
    """Three twins: *a* and *c* get every event once and in order, *b* gets what was drawn.

    Every first sync completes at once, so that no twin is told later of what the others were told.
    """
    facts = Facts(synced=len(DATASETS), more=draw(_more()), is_revoked=draw(st.booleans()))
    made = as_steps(draw(acts(facts.count)), twin="b")
    in_order = [step for twin in ("a", "c") for step in (*facts.steps(twin), steps.Deliver())]
    return msgspec.structs.replace(blank, steps=(*in_order, *facts.steps("b"), *made, steps.Deliver(attempts=5)))


def _more() -> SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(MORE), max_size=3).map(tuple)


def _acts(count: int, *, can_restart: bool, is_worth: Callable[[list[Act]], bool]) -> SearchStrategy[list[Act]]:
    return _disturbances(count, can_restart).filter(is_worth)


@st.composite
def _disturbances(draw: DrawFn, count: int, can_restart: bool) -> list[Act]:
    acts = draw(_list_of(_act(VERBS, range(count)), LONGEST))
    crash = draw(st.sampled_from(CRASHES)) if can_restart else "none"
    if crash == "again":
        again = sorted(set(_delivered(acts))) or [0]
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


def repeats(acts: list[Act]) -> bool:
    """Whether some event comes more than once."""
    events = _delivered(acts)
    return len(set(events)) < len(events) or any(act.verb.startswith(("burst", "lose")) for act in acts)


def disorders(acts: list[Act]) -> bool:
    """Whether some event comes before an older one, or a crash comes between."""
    first_times = list(dict.fromkeys(_delivered(acts)))
    return first_times != list(range(len(first_times))) or any(act.verb == "restart" for act in acts)


def _delivered(acts: list[Act]) -> list[int]:
    return [act.event for act in acts if act.verb not in {"wait", "restart", "forge"}]


def as_steps(acts: list[Act], *, twin: str = "") -> tuple[Any, ...]:
    """Turn *acts* into steps: the first hand-over of an event is its delivery, later ones are retries.

    Fiskil's last attempt is kept for the end, so that whoever lawfully refuses on the way still gets everything.
    """
    made: list[Any] = []
    attempts: Counter[str] = Counter()
    for act in acts:
        event = f"{twin}.e{act.event}" if twin else f"e{act.event}"
        if act.verb == "wait":
            made.append(steps.Advance(minutes=TOKEN_LIFE_MINUTES))
        elif act.verb == "restart":
            made.append(steps.Restart())
        elif act.verb == "forge":
            made += [steps.Forge(name) for name in act.forgeries]
        else:
            step, used = _delivery(act.verb, event, so_far=attempts[event])
            made.append(step)
            attempts[event] += used
    return tuple(made)


def _delivery(verb: str, event: str, *, so_far: int) -> tuple[Any, int]:
    """The step, and how many new attempts it makes."""
    left = ATTEMPTS - 1 - so_far
    if (verb == "replay" and so_far) or not left:
        return steps.Replay(event), 0
    kind, _, rest = verb.partition("_")
    if kind == "burst":
        copies = min(int(rest[0]), left) if rest.endswith("retries") else 1
        if copies > 1:
            return steps.Burst(event, copies=copies, of="retry"), copies
        return steps.Burst(event, copies=int(rest[0])), 1
    if verb == "lose":
        return steps.LoseAcknowledgement(event), 1
    return (steps.Retry(event) if so_far else steps.DeliverOne(event)), 1
