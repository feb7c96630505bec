"""Does only a whole POST have an effect, and only one?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import HALVED, Delivery, Effects, Journal
from fiskil_harness.journal.queries.deliveries import genuine, kind_of, last_applied, of_kind, why_busy
from fiskil_harness.journal.queries.state import StateReader, moved_alike
from fiskil_harness.probes.probe import PlainProbe

SAFE = {"get", "head", "options"}
MIXED = {"right_then_wrong", "wrong_then_right"}


class AppliesWholePostsOnly(PlainProbe, frozen=True, kw_only=True, tag="applies_whole_posts_only"):
    """A body that never arrived complete is not applied, nor is a message by GET, HEAD or OPTIONS, and none is twice.

    An app that tells no counts is judged by its state, which broken requests must leave as it is.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("deliver", "send_every_variant")
    expected: ClassVar[str] = "no effect of half a body or of GET, HEAD and OPTIONS, and at most one of anything else"
    source: ClassVar[str] = "webhooks.signature"
    fix: ClassVar[str] = "route POST alone to the receiver, and read the body to its announced end before you verify it"

    def examine(self, journal: Journal) -> Finding:
        """Look for effects of what can have none, and for second ones."""
        sent = [delivery for delivery in journal.all(Delivery) if delivery.kind in {"odd", "broken", "method"}]
        if not sent:
            return self.inconclusive("nothing odd was sent")
        told = last_applied(journal)
        if told is None:
            return self._by_state(journal)
        if not any(told.get(delivery.message_id, 0) for delivery in genuine(journal)):
            return self.inconclusive("no genuine delivery showed an effect, so none of another one would", hook=EFFECTS)
        cases = tuple(_case(delivery, _count(journal, delivery, told)) for delivery in sent)
        failed = [case for case in cases if case.verdict is Verdict.FAIL]
        advice = _advice(sent, told)
        if failed:
            seen = f"{len(failed)} of {len(cases)} requests had an effect that they cannot have: {failed[0].observed}"
            evidence = tuple(case.observed for case in failed)
            return self.fails(seen, evidence=evidence, examined=len(cases), advice=advice, cases=cases)
        reason, hook = why_busy(journal)
        if reason:
            return self.inconclusive(reason, hook=hook, advice=advice)
        return self.passes(f"{len(cases)} requests had no effect too many", examined=len(cases), advice=advice, cases=cases)

    def _by_state(self, journal: Journal) -> Finding:
        """A state that broken messages moved to where a genuine one of that kind moved another end user's."""
        reading, broken = StateReader(journal), of_kind(journal, "broken")
        around = reading.around(broken[0].step, broken[0].participant) if broken else None
        known = next(
            (
                move
                for delivery in genuine(journal)
                if delivery.outcome == "ack" and broken and kind_of(delivery) == kind_of(broken[0])
                if (move := reading.around(delivery.step, delivery.participant)) and move[0] != move[1]
            ),
            None,
        )
        if around is None or known is None:
            return self.inconclusive("the effects hook tells no counts (applied)", hook=f"{EFFECTS}: applied")
        paths = moved_alike(known, around)
        if paths:
            seen = f"messages that never arrived complete moved the state as a genuine one does: {paths[0]}"
            return self.fails(seen, evidence=tuple(delivery.name for delivery in broken), examined=len(broken))
        return self.passes(f"{len(broken)} messages that never arrived complete left the state alone", examined=len(broken))


def _count(journal: Journal, sent: Delivery, told: dict[str, int]) -> int:
    """How often it was applied. Half of what comes whole as well counts by what was told between the two."""
    whole = [
        delivery
        for delivery in journal.all(Delivery)
        if delivery.message_id == sent.message_id and delivery.kind in {"genuine", "replay"}
    ]
    if not whole:
        return told.get(sent.message_id, 0)
    if whole[0].at_s < sent.at_s:
        return 0
    looks = [effects for effects in journal.all(Effects) if effects.moment == HALVED and effects.step == sent.step]
    return max(((look.applied or {}).get(sent.message_id, 0) for look in looks), default=0)


def _case(one: Delivery, count: int) -> Case:
    most = 0 if one.kind == "broken" or one.name in SAFE else 1
    seen = f"{_plain(one.name)}: applied {count} time{'' if count == 1 else 's'}"
    return Case(name=one.name, verdict=Verdict.FAIL if count > most else Verdict.PASS, observed=seen, events=(one.event,))


def _advice(sent: list[Delivery], told: dict[str, int]) -> tuple[str, ...]:
    had = [delivery for delivery in sent if told.get(delivery.message_id, 0)]
    methods = [delivery.name.upper() for delivery in had if delivery.kind == "method" and delivery.name not in SAFE]
    mixed = [_plain(delivery.name) for delivery in had if delivery.name in MIXED]
    said = [f"messages by {', '.join(methods)} are applied as well; 405 would do"] if methods else []
    said += [f"one right signature beside a wrong one was enough: {mixed[0]}"] if mixed else []
    return tuple(said)


def _plain(name: str) -> str:
    return name.replace("_", " ")
