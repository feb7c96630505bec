"""Does the acknowledgement come at once, whatever else is going on?"""

from operator import attrgetter
from typing import ClassVar

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, Exchange, Journal, Limits
from fiskil_harness.journal.queries.deliveries import bites, bites_during, ended_s, line, of_kind
from fiskil_harness.journal.queries.pauses import EXCUSED_BY_PAUSE, paused_s
from fiskil_harness.probes.probe import PlainProbe

BESIDE = "beside a slow client"
SLOW_S = 3.0
WAITED_S = 1.0
"""An acknowledgement that came so much later, and only after a slow API call had ended, has waited for it."""

PAUSED_S = 1.0
"""A machine that stood still for less excuses nobody who took seconds."""

NOTICED_S = 0.5
"""The link may notice so late that the app has hung up."""


class AcknowledgesPromptly(PlainProbe, frozen=True, kw_only=True, tag="acknowledges_promptly"):
    """After a first delivery to warm up, each acknowledgement comes within ``ack_s``, and none waits for the API (I10).

    What a refused forgery takes is the machine's own slowness, and is allowed on top.
    """

    expected: ClassVar[str] = "an answer within the limit, which does not depend on the API or on other clients"
    source: ClassVar[str] = "webhooks.prompt"
    fix: ClassVar[str] = "put the message on durable storage, answer, and do the work afterwards"

    def examine(self, journal: Journal) -> Finding:
        """Measure."""
        made = [delivery for delivery in journal.all(Delivery) if delivery.kind in {"genuine", "replay", "unusual"}][1:]
        waited = [delivery for delivery in made if delivery.outcome == "ack" or "limit" in delivery.trouble]
        limit_s = _limit_s(journal)
        behind = [delivery for delivery in waited if delivery.took_s - _noise_s(journal) > limit_s]
        late = [
            delivery for delivery in behind if delivery.took_s - _noise_s(journal) - _stood_s(journal, delivery) > limit_s
        ]
        stragglers = [delivery for delivery in late if _was_left_behind(delivery, waited, late)]
        if len(late) > len(stragglers):
            seen = f"{len(late)} of {len(waited)} deliveries were not acknowledged within {limit_s:g} s"
            cases = (*_cases(made, late), *_beside(made, late))
            return self.fails(seen, evidence=tuple(line(delivery) for delivery in late), examined=len(waited), cases=cases)
        held_up = [
            delivery for delivery in made if _waited_for_the_api(journal, delivery, stood_s=_stood_s(journal, delivery))
        ]
        if held_up:
            seen = f"{len(held_up)} of {len(made)} answers came only when a slow API call had ended"
            cases = (*_cases(made, held_up), *_beside(made, []))
            return self.fails(seen, evidence=tuple(line(delivery) for delivery in held_up), examined=len(made), cases=cases)
        doubtful = [
            delivery for delivery in made if delivery in behind or _waited_for_the_api(journal, delivery, stood_s=0.0)
        ]
        if len(doubtful) > len(stragglers):
            return self.inconclusive(f"{len(doubtful)} of {len(made)} deliveries were acknowledged {EXCUSED_BY_PAUSE}")
        if not waited:
            return self.inconclusive("no delivery but the first was acknowledged")
        broken = bites(journal)
        if broken and not any(_outlived(journal, call) for call in broken):
            return self.inconclusive("no slow API call went on when its delivery had been answered")
        in_time = len(waited) - len(stragglers)
        return self.passes(
            f"{in_time} deliveries were acknowledged in time",
            examined=in_time,
            advice=_advice(waited, stragglers),
            cases=(*_cases(made, []), *_beside(made, [])),
        )


def _cases(made: list[Delivery], held_up: list[Delivery]) -> tuple[Case, ...]:
    """First deliveries and those that came again: which of them were answered too late."""
    seen: set[str] = set()
    slow: dict[str, list[str]] = {}
    for delivery in made:
        name = "again" if delivery.message_id in seen else "first"
        seen.add(delivery.message_id)
        slow.setdefault(name, []).extend([delivery.event] if delivery in held_up else [])
    return tuple(
        Case(
            name=name,
            verdict=Verdict.FAIL if events else Verdict.PASS,
            observed=f"{'repetitions' if name == 'again' else 'first deliveries'}: {'late' if events else 'in time'}",
            events=tuple(sorted(set(events))),
        )
        for name, events in sorted(slow.items())
    )


def _beside(made: list[Delivery], late: list[Delivery]) -> tuple[Case, ...]:
    """The delivery beside a slow client, where there was one."""
    return tuple(
        Case(
            name=BESIDE.replace(" ", "_"),
            verdict=Verdict.FAIL
            if delivery in late
            else Verdict.PASS
            if delivery.outcome == "ack"
            else Verdict.INCONCLUSIVE,
            observed=line(delivery),
            events=(delivery.event,),
        )
        for delivery in made
        if delivery.name == BESIDE and delivery.attempt == 1
    )


def _was_left_behind(one: Delivery, waited: list[Delivery], late: list[Delivery]) -> bool:
    """Whether it was one of the few of its burst: the system holds back what a full backlog cannot take."""
    together = [other for other in waited if other.group == one.group]
    return one.group > 0 and 2 * sum(1 for other in late if other.group == one.group) < len(together)


def _advice(waited: list[Delivery], stragglers: list[Delivery]) -> tuple[str, ...]:
    groups = {straggler.group for straggler in stragglers}
    together = sum(1 for delivery in waited if delivery.group in groups)
    slow = sum(1 for delivery in waited if delivery.took_s > SLOW_S and delivery not in stragglers)
    said = [f"{len(stragglers)} of {together} deliveries in a burst were late"] if stragglers else []
    said += [f"{slow} acknowledgements took more than {SLOW_S:g} s"] if slow else []
    return tuple(said)


def _limit_s(journal: Journal) -> float:
    return next((limits.ack_s for limits in journal.all(Limits)), 10.0)


def _noise_s(journal: Journal) -> float:
    return max((delivery.took_s for delivery in of_kind(journal, "forged") if delivery.outcome == "refuse"), default=0.0)


def _outlived(journal: Journal, call: Exchange) -> bool:
    """Whether *call* went on after the answer to the latest delivery that had begun before it did.

    A client that gives up within a second waits too briefly to be convicted; what shows that it works afterwards is this.
    """
    begun = [delivery for delivery in journal.all(Delivery) if delivery.at_s <= call.at_s]
    return bool(begun) and call.ended_s > ended_s(max(begun, key=attrgetter("at_s")))


def _stood_s(journal: Journal, delivery: Delivery) -> float:
    lasted_s = paused_s(journal, delivery.at_s, ended_s(delivery))
    return lasted_s if lasted_s >= PAUSED_S else 0.0


def _waited_for_the_api(journal: Journal, delivery: Delivery, *, stood_s: float) -> bool:
    """Whether a bitten call went on for long while *delivery* waited, and was over when its answer came.

    For *stood_s* of that time the machine stood still, and nobody waited for anything.
    """
    for call in bites_during(journal, delivery):
        together_s = min(call.ended_s, ended_s(delivery)) - max(call.at_s, delivery.at_s)
        if together_s - stood_s >= WAITED_S and call.ended_s <= ended_s(delivery) + NOTICED_S:
            return True
    return False
