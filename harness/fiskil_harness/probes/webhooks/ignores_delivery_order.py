"""Does the app end in the same state, whatever the order in which it was told?"""

import re
from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, Effects, Journal
from fiskil_harness.journal.queries.deliveries import events_by_id
from fiskil_harness.journal.queries.twins import Comparison, compare_twins
from fiskil_harness.probes.probe import PlainProbe

OTHER = re.compile(r"b\d*")


class IgnoresDeliveryOrder(PlainProbe, frozen=True, kw_only=True, tag="ignores_delivery_order"):
    """The twin that was told the same facts out of order, late or again ends as the one that was told in order (I5, I6).

    Where there are several such twins, each is a case, called by the events about the consent as they came.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("deliver",)
    expected: ClassVar[str] = "the same state as after the same events in order"
    source: ClassVar[str] = "webhooks.order"
    fix: ClassVar[str] = (
        "let publish_time decide which of two facts about a consent is newer, and read datasets from the API"
    )

    def examine(self, journal: Journal) -> Finding:
        """Compare twins."""
        others = sorted(
            {effects.participant for effects in journal.all(Effects) if OTHER.fullmatch(effects.participant)}
        ) or ["b"]
        made = {name: compare_twins(journal, name) for name in others}
        cases = _cases(journal, made) if len(made) > 1 else ()
        failing = [comparison for comparison in made.values() if comparison.differences and not comparison.reason]
        if failing:
            first = failing[0]
            orders = f" in {len(failing)} of {len(made)} orders" if len(made) > 1 else ""
            seen = f"the twins end differently at {len(first.differences)} of {first.compared} places{orders}"
            return self.fails(seen, evidence=first.differences, examined=first.compared, advice=first.advice, cases=cases)
        unclear = next((comparison for comparison in made.values() if comparison.reason), None)
        if unclear:
            return self.inconclusive(unclear.reason, hook=unclear.hook, cases=cases)
        first = made[others[0]]
        orders = f" in {len(made)} orders" if len(made) > 1 else ""
        seen = f"the twins end alike at {first.compared} places{orders}"
        return self.passes(seen, examined=first.compared, advice=first.advice, cases=cases)


def _cases(journal: Journal, made: dict[str, Comparison]) -> tuple[Case, ...]:
    return tuple(
        Case(
            name=_told(journal, name),
            verdict=_verdict(comparison),
            observed=comparison.reason or next(iter(comparison.differences), "ended alike"),
            events=tuple(dict.fromkeys(each.event for each in journal.all(Delivery) if each.participant == name)),
        )
        for name, comparison in made.items()
    )


def _verdict(comparison: Comparison) -> Verdict:
    if comparison.reason:
        return Verdict.INCONCLUSIVE
    return Verdict.FAIL if comparison.differences else Verdict.PASS


def _told(journal: Journal, participant: str) -> str:
    """What was told about the consent, in the order in which it was told first: ``revoked_received_updated``."""
    events = events_by_id(journal)
    ids = dict.fromkeys(delivery.message_id for delivery in journal.all(Delivery) if delivery.participant == participant)
    kinds = [events[text].kind for text in ids if text in events]
    return "_".join(kind.removeprefix("consent.") for kind in kinds if kind.startswith("consent.")) or participant
