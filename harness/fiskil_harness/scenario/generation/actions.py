"""The parts of a generated plan: facts about a consent, acts on its events, and the form that combines them.

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
"""In the order in which their first syncs complete, so that each sync creates one event."""

NAMED: dict[str, tuple[tuple[str, ...], Callable[[str], AnyStep]]] = {
    "forge": (forgeries_of(FISKIL), steps.Forge),
    "odd": (oddities_of(FISKIL), steps.Distort),
    "reencode": (tuple(encoding.name for encoding in encodings_of(FISKIL)), steps.Reencode),
    "fail": (("before", "midway", "after", "database"), lambda name: steps.FailNext(at=name)),  # type: ignore[arg-type]
}
"""Verbs with named variants: the names for Fiskil's own sender, and the step for a name.

With another sender, some variants send nothing.
"""

KILLS = {"kill": 0.5, "kill_early": 0.1, "kill_late": 1.5}
"""Verbs that kill the app during a delivery, and the moment: as a share of the time that a delivery takes."""

TRUNCATIONS: dict[str, tuple[Literal["close", "reset"], int]] = {"half": ("close", 1), "half_4": ("reset", 4)}
"""Verbs that send half of a message: how each connection ends, and how many connections. Nothing is delivered."""

SINGLE_ATTEMPTS: dict[str, Callable[[str], AnyStep]] = {
    "lose": steps.LoseAcknowledgement,
    **{verb: partial(steps.KillDuringDelivery, at=at) for verb, at in KILLS.items()},
    **{verb: partial(steps.TruncateRequest, by=by, times=times) for verb, (by, times) in TRUNCATIONS.items()},
}
"""Verbs that make one attempt for an event and disturb it."""

EVENTLESS = frozenset({"wait", "restart", "forge", "odd", "reencode", "unknown", "foreign", "mixed"})
"""Verbs that deliver none of the earlier events."""

ABOUT_CONSENT = frozenset({"unknown", "reencode", "mixed"})
"""Those of ``EVENTLESS`` that concern the consent of event 0."""

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
"""A second end user in a plan without twins."""

REVOKED = (
    steps.Authorise(twin=OTHER_END_USER),
    steps.Deliver(),
    steps.Advance(seconds=1),
    steps.Revoke(twin=OTHER_END_USER),
    steps.Deliver(),
)
"""Steps that show the effect of a genuine message of the forged kind on another end user."""


class Facts(Struct, frozen=True, kw_only=True):
    """Everything that happens to one consent, which decides the events to deliver.

    ``synced`` is how many datasets sync first; ``more`` lists later events, which need all first syncs: before that, passing
    time would create further events.
    """

    synced: int = 0
    more: tuple[str, ...] = ()
    is_revoked: bool = False

    @property
    def count(self) -> int:
        """The minimum number of events."""
        return 1 + self.synced + len(self.more) + self.is_revoked

    @property
    def newest_consent_event(self) -> int:
        """The number of the newest event about the consent itself."""
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
    """One action: on an event, which may have been delivered before or not, or with named variants."""

    verb: str
    event: int = 0
    names: tuple[str, ...] = ()


class Form(Struct, frozen=True, kw_only=True):
    """The properties that all plans of one exploration share.

    Args:
        can_restart: The app can be restarted.
        is_seldom: Few plans restart the app.
        can_fail: The app can fail on request.
        has_counts: The app reports how often it applied each message. Without that, only other end users show its usual
            behaviour.
        folds: The config has a reducer, which computes the final state from the events.
        is_twinned: Three twins have the same events, whatever the kind.
    """

    kind: PlanKind
    end_user: str = "rosa"
    can_restart: bool = False
    is_seldom: bool = False
    can_fail: bool = False
    has_counts: bool = True
    folds: bool = False
    is_twinned: bool = False

    @property
    def has_twins(self) -> bool:
        """True if three twins have the same events."""
        return self.is_twinned or self.kind == "order" or (self.kind == "deliveries" and not self.has_counts)

    @property
    def least(self) -> Facts:
        """The smallest facts. The first syncs of twins complete together, so that all twins have the same events."""
        return Facts(synced=len(DATASETS) if self.has_twins else 0)

    def plan(self, facts: Facts, acts: list[Act]) -> Scenario:
        """Return the plan: the facts, the acts on their events, and the delivery of everything that is left.

        Of three twins, *a* and *c* get every event once and in order, and the acts apply to *b*.
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
        """Return true if a second end user must show the effect of a genuine message."""
        verbs = {act.verb for act in acts}
        if self.kind != "everything":
            return self.kind == "forgeries" and not self.has_counts
        return bool(verbs & {"foreign", "mixed"})


def probes_for(form: Form, facts: Facts, acts: list[Act]) -> tuple[AnyProbe, ...]:
    """Return the probes of a plan of the kind "everything" that can judge it, the most general one first.

    An app need not acknowledge every message at once if it refuses early events, was made to fail, or was killed.
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
        chosen.append(probes.RefusesForgeries())
    return tuple(chosen)


def _is_premature(acts: list[Act]) -> bool:
    """Return true if a message about the consent comes before event 0: an app that does not know it may refuse that."""
    first = next((number for number, act in enumerate(acts) if act.verb in ABOUT_CONSENT), len(acts))
    return first < len(acts) and 0 not in delivered_events(acts[:first])


def _is_overtaken(facts: Facts, acts: list[Act]) -> bool:
    """Return true if a truncated event is left for the end: its next attempt comes after newer events."""
    truncated = {act.event for act in acts if act.verb in TRUNCATIONS} - set(delivered_events(acts))
    left = set(range(facts.count)) - set(delivered_events(acts)) - truncated
    return bool(truncated) and any(event > min(truncated) for event in left)


def repeats(acts: list[Act]) -> bool:
    """Return true if some event is delivered more than once."""
    events = delivered_events(acts)
    return len(set(events)) < len(events) or any(act.verb.startswith(("burst", "lose", "kill")) for act in acts)


def is_out_of_order(acts: list[Act]) -> bool:
    """Return true if some event is delivered before an older one, or the app crashes in between."""
    first_times = list(dict.fromkeys(delivered_events(acts)))
    return first_times != list(range(len(first_times))) or any(act.verb in {"restart", *KILLS} for act in acts)


def delivered_events(acts: list[Act]) -> list[int]:
    """Return the numbers of the events that *acts* deliver, in order."""
    return [act.event for act in acts if act.verb not in EVENTLESS | TRUNCATIONS.keys()]


def as_steps(acts: list[Act], *, twin: str = "") -> tuple[Any, ...]:
    """Return the steps of *acts*: the first delivery of an event is its first attempt, later ones are retries.

    Fiskil's last attempt is kept for the end, so that an app that may refuse an early one still gets everything. One more is
    kept for each requested failure, which may happen as late as then.
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
    """Return the step for one act, and how many new attempts it makes."""
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
