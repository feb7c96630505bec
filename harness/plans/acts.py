"""What plans are made of: facts about a consent, acts on its events, and the form that puts them together.

Nothing here is drawn; the same facts and acts always make the same plan.
"""

from collections import Counter
from typing import Any

from msgspec import Struct

from harness import probes, steps
from harness.journal import PlanKind
from harness.probes import AnyProbe
from harness.scenario import Scenario
from harness.webhooks.outbox import ATTEMPTS

DATASETS = ("accounts", "balances", "transactions")
"""In the order in which their first syncs complete, so each sync tells one event."""

TOKEN_LIFE_MINUTES = 20

PRACTICES: dict[PlanKind, str] = {
    "deliveries": "webhooks.idempotent",
    "forgeries": "webhooks.signature",
    "order": "webhooks.retries",
}
PROBES: dict[PlanKind, tuple[AnyProbe, ...]] = {
    "deliveries": (probes.AppliesOnce(),),
    "forgeries": (probes.RefusesForgeries(),),
    "order": (probes.EndsLikeItsTwin(), probes.LosesNothing()),
}

REVOKED = (
    steps.Authorise(twin="b"),
    steps.Deliver(),
    steps.Advance(seconds=1),
    steps.Revoke(twin="b"),
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


class Act(Struct, frozen=True):
    """One thing done, with an event before it is known whether that was delivered already, or with forgeries."""

    verb: str
    event: int = 0
    forgeries: tuple[str, ...] = ()


class Form(Struct, frozen=True, kw_only=True):
    """What all plans of one exploration share.

    ``has_counts`` says whether the app tells how often it applied a message; where it does not, only other end users show
    what is normal.
    """

    kind: PlanKind
    end_user: str = "rosa"
    can_restart: bool = False
    has_counts: bool = True

    @property
    def has_twins(self) -> bool:
        """Whether three twins live through the same."""
        return self.kind == "order" or (self.kind == "deliveries" and not self.has_counts)

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
        elif self.kind == "forgeries" and not self.has_counts:
            made += REVOKED
        name = "b" if self.has_twins else ""
        made += [*facts.steps(name), *as_steps(acts, twin=name), steps.Deliver(attempts=5)]
        return Scenario(
            name=f"drawn_{self.kind}",
            practices=(PRACTICES[self.kind],),
            probes=PROBES[self.kind],
            end_user=self.end_user,
            steps=tuple(made),
        )


def repeats(acts: list[Act]) -> bool:
    """Whether some event comes more than once."""
    events = delivered(acts)
    return len(set(events)) < len(events) or any(act.verb.startswith(("burst", "lose")) for act in acts)


def disorders(acts: list[Act]) -> bool:
    """Whether some event comes before an older one, or a crash comes between."""
    first_times = list(dict.fromkeys(delivered(acts)))
    return first_times != list(range(len(first_times))) or any(act.verb == "restart" for act in acts)


def delivered(acts: list[Act]) -> list[int]:
    """The events that *acts* deliver, in order."""
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
