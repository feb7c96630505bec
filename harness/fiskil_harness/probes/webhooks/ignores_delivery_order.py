"""Does the app end in the same state, whatever the order of its deliveries?"""

import re

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Delivery, Effects, Journal
from fiskil_harness.journal.queries.deliveries import events_by_id
from fiskil_harness.journal.queries.twins import Comparison, compare_twins
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

OTHER = re.compile(r"b\d*")


class IgnoresDeliveryOrder(Probe, frozen=True, kw_only=True, tag="ignores_delivery_order"):
    """Check that twins end in the same state, even if one twin got its messages out of order, late or repeatedly.

    If several twins got their messages in such ways, each of these twins is a case. The case's name lists the consent
    events in the order of their delivery.
    """

    needs = (EFFECTS,)
    around = ("deliver",)
    expected = "the same state as after the same events in order"
    source = "webhooks.order"
    fix = "use publish_time to decide which of two events about a consent is newer, and read datasets from the API"

    def examine(self, journal: Journal) -> Finding:
        """Compare the final states of the twins."""
        others = sorted(
            {effects.participant for effects in journal.all(Effects) if OTHER.fullmatch(effects.participant)}
        ) or ["b"]
        comparisons = {name: compare_twins(journal, name) for name in others}
        cases = _cases(journal, comparisons) if len(comparisons) > 1 else ()
        failing = [comparison for comparison in comparisons.values() if comparison.differences and not comparison.reason]
        if failing:
            first = failing[0]
            orders = f" in {len(failing)} of {len(comparisons)} orders" if len(comparisons) > 1 else ""
            observed = f"the twins' final states differ at {len(first.differences)} of {first.compared} places{orders}"
            return self.fails(observed, evidence=first.differences, advice=first.advice, cases=cases)
        unclear = next((comparison for comparison in comparisons.values() if comparison.reason), None)
        if unclear:
            return self.inconclusive(unclear.reason, hook=unclear.hook, cases=cases)
        first = comparisons[others[0]]
        orders = f" in {len(comparisons)} orders" if len(comparisons) > 1 else ""
        observed = f"the twins' final states are equal at {first.compared} places{orders}"
        return self.passes(observed, examined=first.compared, advice=first.advice, cases=cases)


def _cases(journal: Journal, comparisons: dict[str, Comparison]) -> tuple[Case, ...]:
    return tuple(
        Case(
            name=_order_name(journal, name),
            verdict=_verdict(comparison),
            observed=comparison.reason or next(iter(comparison.differences), "equal final states"),
            events=tuple(
                dict.fromkeys(delivery.event for delivery in journal.all(Delivery) if delivery.participant == name)
            ),
        )
        for name, comparison in comparisons.items()
    )


def _verdict(comparison: Comparison) -> Verdict:
    if comparison.reason:
        return Verdict.INCONCLUSIVE
    return Verdict.FAIL if comparison.differences else Verdict.PASS


def _order_name(journal: Journal, participant: str) -> str:
    """Return the participant's consent events in the order of their first delivery, e.g. ``revoked_received_updated``."""
    events = events_by_id(journal)
    ids = dict.fromkeys(delivery.message_id for delivery in journal.all(Delivery) if delivery.participant == participant)
    kinds = [events[message_id].kind for message_id in ids if message_id in events]
    return "_".join(kind.removeprefix("consent.") for kind in kinds if kind.startswith("consent.")) or participant
