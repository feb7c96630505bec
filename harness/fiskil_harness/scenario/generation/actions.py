"""What plans are made of: facts about a consent, acts on its events, and the form that puts them together.

Nothing here is drawn; the same facts and acts always make the same plan.
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
"""In the order in which their first syncs complete, so each sync tells one event."""

NAMED: dict[str, tuple[tuple[str, ...], Callable[[str], AnyStep]]] = {
    "forge": (forgeries_of(FISKIL), steps.Forge),
    "odd": (oddities_of(FISKIL), steps.Distort),
    "reencode": (tuple(encoding.name for encoding in encodings_of(FISKIL)), steps.Reencode),
    "fail": (("before", "midway", "after", "database"), lambda name: steps.FailNext(at=name)),  # type: ignore[arg-type]
}
"""Verbs with named variants: which there are for Fiskil, and the step of one. Whatever else is sent by name joins them.

Of another sender's some send nothing.
"""

KILLS = {"kill": 0.5, "kill_early": 0.1, "kill_late": 1.5}
"""Verbs that kill the app while a delivery is under way, and when: as a share of the time that one takes."""

HALVES: dict[str, tuple[Literal["close", "reset"], int]] = {"half": ("close", 1), "half_4": ("reset", 4)}
"""Verbs by which half of an event's message comes, on so many connections, and each is gone then: nothing is delivered."""

ONCE: dict[str, Callable[[str], AnyStep]] = {
    "lose": steps.LoseAcknowledgement,
    **{verb: partial(steps.KillDuringDelivery, at=at) for verb, at in KILLS.items()},
    **{verb: partial(steps.TruncateRequest, by=by, times=times) for verb, (by, times) in HALVES.items()},
}
"""Verbs that make one attempt for an event and do something to it."""

EVENTLESS = frozenset({"wait", "restart", "forge", "odd", "reencode", "unknown", "foreign", "mixed"})
"""Verbs that deliver none of the events that were made before."""

ABOUT_CONSENT = frozenset({"unknown", "reencode", "mixed"})
"""Of these, the ones that are about the consent of which event 0 tells."""

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
"""Somebody else, beside the one that a plan without twins is about."""

REVOKED = (
    steps.Authorise(twin=OTHER_END_USER),
    steps.Deliver(),
    steps.Advance(seconds=1),
    steps.Revoke(twin=OTHER_END_USER),
    steps.Deliver(),
)
"""What a genuine message of the kind that is forged does to somebody."""


class Facts(Struct, frozen=True, kw_only=True):
    """What happens to one consent, and so which events there are to deliver.

    More happens only after every first sync: before that, time that passes would tell events of its own.
    """

    synced: int = 0
    more: tuple[str, ...] = ()
    is_revoked: bool = False

    @property
    def count(self) -> int:
        """How many events this tells at least."""
        return 1 + self.synced + len(self.more) + self.is_revoked

    @property
    def newest_consent_event(self) -> int:
        """The newest event about the consent itself."""
        if self.is_revoked:
            return self.count - 1
        return max((1 + self.synced + at for at, name in enumerate(self.more) if name == "touch_consent"), default=0)

    def steps(self, twin: str = "") -> list[Any]:
        """The steps that make it happen, every event at a moment of its own."""
        made: list[Any] = [steps.Authorise(twin=twin)]
        if self.synced == len(DATASETS):
            made.append(steps.Sync(twin=twin))
        else:
            made += [steps.Sync(name, twin=twin) for name in DATASETS[: self.synced]]
        for name in self.more:
            made.append(steps.TouchConsent(twin=twin) if name == "touch_consent" else steps.Sync(name, twin=twin))
        if self.is_revoked:
            made += [steps.Advance(seconds=1), steps.Revoke(twin=twin)]
        return made


class Act(Struct, frozen=True):
    """One thing done, with an event before it is known whether that was delivered already, or with named variants."""

    verb: str
    event: int = 0
    names: tuple[str, ...] = ()


class Form(Struct, frozen=True, kw_only=True):
    """What all plans of one exploration share.

    ``has_counts`` says whether the app tells how often it applied a message; where it does not, only other end users show
    what is normal. ``can_fail`` says whether it fails on demand, ``is_seldom`` that it is restarted in few plans, and
    ``folds`` that the config tells what events come to. With ``is_twinned`` three twins live through the same, whatever the
    kind.
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
        """Whether three twins live through the same."""
        return self.is_twinned or self.kind == "order" or (self.kind == "deliveries" and not self.has_counts)

    @property
    def least(self) -> Facts:
        """The least that can happen. First syncs of twins complete at once, so none is told later of what others were."""
        return Facts(synced=len(DATASETS) if self.has_twins else 0)

    def plan(self, facts: Facts, acts: list[Act]) -> Scenario:
        """The facts, the acts on their events, and the hand-over of everything that is left.

        Of three twins *a* and *c* get every event once and in order, and the acts are done to *b*.
        """
        made: list[Any] = []
        if self.has_twins:
            for twin in ("a", "c"):
                made += [*facts.steps(twin), steps.Deliver()]
        elif self._has_stranger(acts):
            made += REVOKED
        name = "b" if self.has_twins else ""
        made += [*facts.steps(name), *as_steps(acts, twin=name), steps.Deliver(attempts=5)]
        return Scenario(
            name=f"drawn_{self.kind}",
            practices=() if self.kind == "everything" else (PRACTICES[self.kind],),
            probes=self._probes(facts, acts),
            end_user=self.end_user,
            steps=tuple(made),
        )

    def _probes(self, facts: Facts, acts: list[Act]) -> tuple[AnyProbe, ...]:
        if self.kind == "everything":
            return probes_for(self, facts, acts)
        exact = (probes.ReachesEventState(),) if self.kind == "order" and self.folds else ()
        return (*PROBES[self.kind], *exact)

    def _has_stranger(self, acts: list[Act]) -> bool:
        """Whether somebody else shows what a genuine message of a kind does."""
        verbs = {act.verb for act in acts}
        if self.kind != "everything":
            return self.kind == "forgeries" and not self.has_counts
        return bool(verbs & {"foreign", "mixed"})


def probes_for(form: Form, facts: Facts, acts: list[Act]) -> tuple[AnyProbe, ...]:
    """The probes of a plan of everything, the widest question first: those whose answer its acts leave clear.

    Twins are alike only while nothing but their events reached one of them. Whoever refuses what comes too early, was told
    to fail, or died over a message, does not acknowledge at once.
    """
    verbs = {act.verb for act in acts}
    found: list[AnyProbe] = []
    if form.has_twins:
        found.append(probes.IgnoresDeliveryOrder())
    if form.folds and "odd" not in verbs:
        found.append(probes.ReachesEventState())
    found += [probes.LosesNothing(), probes.AcknowledgesPromptly()]
    is_in_order = not disorders([act for act in acts if act.verb != "restart"])
    if is_in_order and not verbs & {"fail", *KILLS} and not _is_premature(acts) and not _is_overtaken(facts, acts):
        found.append(probes.AcknowledgesGenuine())
    if verbs & {"foreign", "mixed"}:
        found.append(probes.KeepsEndUsersApart())
    found += [probes.KeepsSecretsOutOfLogs(), probes.AppliesOnce()]
    if verbs & HALVES.keys() and not form.has_twins:
        found.append(probes.AppliesWholePostsOnly())
    if "forge" in verbs:
        found.append(probes.RefusesForgeries())
    return tuple(found)


def _is_premature(acts: list[Act]) -> bool:
    """Whether something about the consent comes before it was told: who never heard of one may refuse that for now."""
    first = next((number for number, act in enumerate(acts) if act.verb in ABOUT_CONSENT), len(acts))
    return first < len(acts) and 0 not in delivered(acts[:first])


def _is_overtaken(facts: Facts, acts: list[Act]) -> bool:
    """Whether an event of which only half came is left for the end: its next attempt waits while newer events come."""
    halved = {act.event for act in acts if act.verb in HALVES} - set(delivered(acts))
    left = set(range(facts.count)) - set(delivered(acts)) - halved
    return bool(halved) and any(event > min(halved) for event in left)


def repeats(acts: list[Act]) -> bool:
    """Whether some event comes more than once."""
    events = delivered(acts)
    return len(set(events)) < len(events) or any(act.verb.startswith(("burst", "lose", "kill")) for act in acts)


def disorders(acts: list[Act]) -> bool:
    """Whether some event comes before an older one, or a crash comes between."""
    first_times = list(dict.fromkeys(delivered(acts)))
    return first_times != list(range(len(first_times))) or any(act.verb in {"restart", *KILLS} for act in acts)


def delivered(acts: list[Act]) -> list[int]:
    """The events that *acts* deliver, in order."""
    return [act.event for act in acts if act.verb not in EVENTLESS | HALVES.keys()]


def as_steps(acts: list[Act], *, twin: str = "") -> tuple[Any, ...]:
    """Turn *acts* into steps: the first hand-over of an event is its delivery, later ones are retries.

    Fiskil's last attempt is kept for the end, so that whoever lawfully refuses on the way still gets everything, and one
    more for each order to fail, which may bite as late as then.
    """
    made: list[Any] = []
    attempts: Counter[str] = Counter()
    kept = 1 + sum(act.verb == "fail" for act in acts)
    for act in acts:
        event = f"{twin}.e{act.event}" if twin else f"e{act.event}"
        if act.verb in EVENTLESS:
            made += _eventless(act, twin)
            continue
        if act.verb == "fail" and not attempts[event]:
            made.append(msgspec.structs.replace(NAMED["fail"][1](act.names[0]), twin=twin))
        if act.verb == "late":
            made.append(steps.LateRetry(event))
            attempts[event] = ATTEMPTS
            continue
        step, used = _delivery(act.verb, event, so_far=attempts[event], left=ATTEMPTS - kept - attempts[event])
        made.append(step)
        attempts[event] += used
    return tuple(made)


def _eventless(act: Act, twin: str) -> list[Any]:
    if act.verb in NAMED:
        return [NAMED[act.verb][1](name) for name in act.names]
    made: dict[str, Any] = {
        "wait": steps.Advance(minutes=TOKEN_LIFE_MINUTES),
        "restart": steps.Restart(),
        "unknown": steps.DeliverUnknownEvent(twin=twin),
        "foreign": steps.DeliverForeign(twin=twin),
        "mixed": steps.DeliverMixed(consent_of=twin, end_user_of=OTHER_END_USER),
    }
    return [made[act.verb]]


def _delivery(verb: str, event: str, *, so_far: int, left: int) -> tuple[Any, int]:
    """The step, and how many new attempts it makes."""
    if (verb == "replay" and so_far) or left < 1:
        return (steps.Replay(event), 0) if so_far else (steps.DeliverOne(event), 1)
    kind, _, rest = verb.partition("_")
    if kind == "burst":
        copies = min(int(rest[0]), left) if rest.endswith("retries") else 1
        if copies > 1:
            return steps.Burst(event, copies=copies, of="retry"), copies
        return steps.Burst(event, copies=int(rest[0])), 1
    if verb in ONCE:
        return ONCE[verb](event), 1
    return (steps.Retry(event) if so_far else steps.DeliverOne(event)), 1
