"""Parts of a generated plan: `Facts` (events of a consent), `Act` (how an event is delivered), `Form` (shared settings).

Nothing here is random: the same facts and acts always produce the same plan.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import msgspec
from msgspec import Struct

from fiskil_harness import probes
from fiskil_harness.core.config.webhook_format import FISKIL
from fiskil_harness.journal import PlanKind
from fiskil_harness.probes import AnyProbe
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import AnyStep
from fiskil_harness.webhooks.forgeries.catalogue import forgeries_of
from fiskil_harness.webhooks.payload_variants import encodings_of, oddities_of
from fiskil_harness.webhooks.retry_schedule import ATTEMPTS

DATASETS = ("accounts", "balances", "transactions")
"""The datasets in the order in which their first syncs complete: in this order, each sync creates exactly one event."""

NAMED: dict[str, tuple[tuple[str, ...], Callable[[str], AnyStep]]] = {
    "forge": (forgeries_of(FISKIL), steps.Forge),
    "odd": (oddities_of(FISKIL), steps.Distort),
    "reencode": (tuple(encoding.name for encoding in encodings_of(FISKIL)), steps.Reencode),
    "fail": (("before", "midway", "after", "database"), lambda name: steps.FailNext(at=name)),  # type: ignore[arg-type]
}
"""Verbs (kinds of act) with named variants: the names for Fiskil's message format, and a function from name to step.

If the config sets another message format, the steps of some variants send nothing.
"""

KILLS = {"kill": 0.5, "kill_early": 0.1, "kill_late": 1.5}
"""Verbs that kill the app during a delivery; the value is the time of the kill, as a share of a delivery's duration."""

TRUNCATIONS: dict[str, tuple[Literal["close", "reset"], int]] = {"half": ("close", 1), "half_4": ("reset", 4)}
"""Verbs that send only half of a message: how each connection ends, and the number of connections.

They deliver no event.
"""

SINGLE_ATTEMPTS: dict[str, Callable[[str], AnyStep]] = {
    "lose": steps.LoseAcknowledgement,
    **{verb: partial(steps.KillDuringDelivery, at=at) for verb, at in KILLS.items()},
    **{verb: partial(steps.TruncateRequest, by=by, times=times) for verb, (by, times) in TRUNCATIONS.items()},
}
"""Verbs that make one delivery attempt for an event and disturb that attempt."""

EVENTLESS = frozenset({"wait", "restart", "forge", "odd", "reencode", "unknown", "foreign", "mixed"})
"""Verbs that deliver none of the events that a plan's facts create."""

ABOUT_CONSENT = frozenset({"unknown", "reencode", "mixed"})
"""Verbs of ``EVENTLESS`` whose message is about the consent that event 0 announces."""

TOKEN_LIFE_MINUTES = 20

PRACTICES: dict[PlanKind, str] = {
    "deliveries": "webhooks.idempotent",
    "forgeries": "webhooks.signature",
    "order": "webhooks.retries",
}
PROBES: dict[PlanKind, tuple[AnyProbe, ...]] = {
    "deliveries": (probes.AppliesOnce(),),
    "forgeries": (probes.RefusesForgeries(),),
    "order": (probes.IgnoresDeliveryOrder(), probes.LosesNothing()),
}

OTHER_END_USER = "b"
"""Name of the second end user in a plan without twins."""

REVOKED = (
    steps.Authorise(twin=OTHER_END_USER),
    steps.Deliver(),
    steps.Advance(seconds=1),
    steps.Revoke(twin=OTHER_END_USER),
    steps.Deliver(),
)
"""Steps that revoke another end user's consent, to show the effect of a genuine message of the kind that is forged."""


class Facts(Struct, frozen=True, kw_only=True):
    """Everything that happens to one consent, and so the events that a plan delivers.

    ``synced`` is the number of datasets that complete their first sync. ``more`` lists later events. It must be empty unless
    all datasets have synced: otherwise the time that passes would complete more first syncs, and create unplanned events.
    """

    synced: int = 0
    more: tuple[str, ...] = ()
    is_revoked: bool = False

    @property
    def count(self) -> int:
        """The smallest number of events that these facts create."""
        return 1 + self.synced + len(self.more) + self.is_revoked

    @property
    def newest_consent_event(self) -> int:
        """The number (from 0) of the newest event about the consent itself, not about its data."""
        if self.is_revoked:
            return self.count - 1
        return max((1 + self.synced + at for at, name in enumerate(self.more) if name == "touch_consent"), default=0)

    def steps(self, twin: str = "") -> list[Any]:
        """Return the steps that create the events, each at a different time."""
        sequence: list[Any] = [steps.Authorise(twin=twin)]
        if self.synced == len(DATASETS):
            sequence.append(steps.Sync(twin=twin))
        else:
            sequence += [steps.Sync(name, twin=twin) for name in DATASETS[: self.synced]]
        for name in self.more:
            sequence.append(steps.TouchConsent(twin=twin) if name == "touch_consent" else steps.Sync(name, twin=twin))
        if self.is_revoked:
            sequence += [steps.Advance(seconds=1), steps.Revoke(twin=twin)]
        return sequence


class Act(Struct, frozen=True):
    """One action of a plan: a verb, with the number of the event that it delivers or the names of its variants."""

    verb: str
    event: int = 0
    names: tuple[str, ...] = ()


class Form(Struct, frozen=True, kw_only=True):
    """The settings that all plans of one search share.

    Args:
        can_restart: True if the app can be restarted.
        is_seldom: True makes restarts of the app rare.
        can_fail: True if the app can fail on request.
        has_counts: True if the app reports how often it applied each message. If not, plans contain other end users with
            undisturbed deliveries, for comparison.
        folds: True if the config has a reducer: a function that computes the final state from the events.
        is_twinned: True gives a plan of any kind three twins (copies of one end user) with the same events.
        has_unlawful: True if signed messages may have content that Fiskil must not send.
    """

    kind: PlanKind
    end_user: str = "rosa"
    can_restart: bool = False
    is_seldom: bool = False
    can_fail: bool = False
    has_counts: bool = True
    folds: bool = False
    is_twinned: bool = False
    has_unlawful: bool = True

    @property
    def has_twins(self) -> bool:
        """True if the plan has three twins (copies of one end user) with the same events."""
        return self.is_twinned or self.kind == "order" or (self.kind == "deliveries" and not self.has_counts)

    @property
    def least(self) -> Facts:
        """The smallest facts of a plan. Twins complete every first sync, so that all twins have the same events."""
        return Facts(synced=len(DATASETS) if self.has_twins else 0)

    def plan(self, facts: Facts, acts: list[Act]) -> Scenario:
        """Return the plan: the steps of *facts*, then the steps of *acts*, then the delivery of all remaining events.

        With twins, *a* and *c* receive every event once and in order, for comparison; *acts* apply to *b*.
        """
        sequence: list[Any] = []
        if self.has_twins:
            for twin in ("a", "c"):
                sequence += [*facts.steps(twin), steps.Deliver()]
        elif self._needs_other_end_user(acts):
            sequence += REVOKED
        name = "b" if self.has_twins else ""
        sequence += [*facts.steps(name), *as_steps(acts, twin=name), steps.Deliver(attempts=5)]
        return Scenario(
            name=f"generated_{self.kind}",
            practices=() if self.kind == "everything" else (PRACTICES[self.kind],),
            probes=self._probes(facts, acts),
            end_user=self.end_user,
            steps=tuple(sequence),
        )

    def _probes(self, facts: Facts, acts: list[Act]) -> tuple[AnyProbe, ...]:
        if self.kind == "everything":
            return probes_for(self, facts, acts)
        exact = (probes.ReachesEventState(),) if self.kind == "order" and self.folds else ()
        return (*PROBES[self.kind], *exact)

    def _needs_other_end_user(self, acts: list[Act]) -> bool:
        """Return true if the plan needs a second end user: for comparison, or because messages of *acts* refer to one."""
        verbs = {act.verb for act in acts}
        if self.kind != "everything":
            return self.kind == "forgeries" and not self.has_counts
        return bool(verbs & {"foreign", "mixed"})


def probes_for(form: Form, facts: Facts, acts: list[Act]) -> tuple[AnyProbe, ...]:
    """Return the probes that can judge a plan of the kind "everything", the most general probe first.

    ``AcknowledgesGenuine`` is left out if the app may refuse an early event, is made to fail, or is killed.
    """
    verbs = {act.verb for act in acts}
    chosen: list[AnyProbe] = []
    if form.has_twins:
        chosen.append(probes.IgnoresDeliveryOrder())
    if form.folds and "odd" not in verbs:
        chosen.append(probes.ReachesEventState())
    chosen += [probes.LosesNothing(), probes.AcknowledgesPromptly()]
    is_in_order = not is_out_of_order([act for act in acts if act.verb != "restart"])
    if is_in_order and not verbs & {"fail", *KILLS} and not _is_premature(acts) and not _is_overtaken(facts, acts):
        chosen.append(probes.AcknowledgesGenuine())
    if verbs & {"foreign", "mixed"}:
        chosen.append(probes.SeparatesEndUsers())
    chosen += [probes.KeepsSecretsOutOfLogs(), probes.AppliesOnce()]
    if verbs & TRUNCATIONS.keys() and not form.has_twins:
        chosen.append(probes.AppliesWholePostsOnly())
    if "forge" in verbs:
        chosen += [probes.ResponsesContainNoSecrets(), probes.RefusesForgeries()]
    return tuple(chosen)


def _is_premature(acts: list[Act]) -> bool:
    """Return true if a message about the consent comes before event 0: an app may refuse it, as the consent is unknown."""
    first = next((number for number, act in enumerate(acts) if act.verb in ABOUT_CONSENT), len(acts))
    return first < len(acts) and 0 not in delivered_events(acts[:first])


def _is_overtaken(facts: Facts, acts: list[Act]) -> bool:
    """Return true if the next attempt for a truncated event comes only after the delivery of a newer event."""
    truncated = {act.event for act in acts if act.verb in TRUNCATIONS} - set(delivered_events(acts))
    left = set(range(facts.count)) - set(delivered_events(acts)) - truncated
    return bool(truncated) and any(event > min(truncated) for event in left)


def repeats(acts: list[Act]) -> bool:
    """Return true if some event is delivered more than once."""
    events = delivered_events(acts)
    return len(set(events)) < len(events) or any(act.verb.startswith(("burst", "lose", "kill")) for act in acts)


def is_out_of_order(acts: list[Act]) -> bool:
    """Return true if an event is delivered before an older event, or if *acts* kill or restart the app."""
    first_times = list(dict.fromkeys(delivered_events(acts)))
    return first_times != list(range(len(first_times))) or any(act.verb in {"restart", *KILLS} for act in acts)


def delivered_events(acts: list[Act]) -> list[int]:
    """Return the numbers of the events that *acts* deliver, in order."""
    return [act.event for act in acts if act.verb not in EVENTLESS | TRUNCATIONS.keys()]


def as_steps(acts: list[Act], *, twin: str = "") -> tuple[Any, ...]:
    """Return the steps of *acts*: the first delivery of an event is its first attempt, later deliveries are retries.

    The last attempt of Fiskil's retry schedule is reserved for the end of the plan: an app that refused an event earlier
    still receives it. One more attempt is reserved for each requested failure, which may happen only at the end.
    """
    sequence: list[Any] = []
    attempts: Counter[str] = Counter()
    reserved = 1 + sum(act.verb == "fail" for act in acts)
    for act in acts:
        event = f"{twin}.e{act.event}" if twin else f"e{act.event}"
        if act.verb in EVENTLESS:
            sequence += _eventless(act, twin)
            continue
        if act.verb == "fail" and not attempts[event]:
            sequence.append(msgspec.structs.replace(NAMED["fail"][1](act.names[0]), twin=twin))
        if act.verb == "late":
            sequence.append(steps.LateRetry(event))
            attempts[event] = ATTEMPTS
            continue
        step, used = _delivery(act.verb, event, so_far=attempts[event], left=ATTEMPTS - reserved - attempts[event])
        sequence.append(step)
        attempts[event] += used
    return tuple(sequence)


def _eventless(act: Act, twin: str) -> list[Any]:
    if act.verb in NAMED:
        return [NAMED[act.verb][1](name) for name in act.names]
    by_verb: dict[str, Any] = {
        "wait": steps.Advance(minutes=TOKEN_LIFE_MINUTES),
        "restart": steps.Restart(),
        "unknown": steps.DeliverUnknownEvent(twin=twin),
        "foreign": steps.DeliverForeign(twin=twin),
        "mixed": steps.DeliverMixed(consent_of=twin, end_user_of=OTHER_END_USER),
    }
    return [by_verb[act.verb]]


def _delivery(verb: str, event: str, *, so_far: int, left: int) -> tuple[Any, int]:
    """Return the step that delivers *event* as *verb* requires, and the number of new attempts that the step makes."""
    if (verb == "replay" and so_far) or left < 1:
        return (steps.Replay(event), 0) if so_far else (steps.DeliverOne(event), 1)
    kind, _, rest = verb.partition("_")
    if kind == "burst":
        copies = min(int(rest[0]), left) if rest.endswith("retries") else 1
        if copies > 1:
            return steps.Burst(event, copies=copies, of="retry"), copies
        return steps.Burst(event, copies=int(rest[0])), 1
    if verb in SINGLE_ATTEMPTS:
        return SINGLE_ATTEMPTS[verb](event), 1
    return (steps.Retry(event) if so_far else steps.DeliverOne(event)), 1
