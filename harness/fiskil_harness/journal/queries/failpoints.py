"""Orders to fail: whether each of them bit, for what never failed was not recovered from either.

The app tells so itself (``failed``), or the harness sees it: a delivery that was refused, or more calls for one message than
a twin took for all of its own.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import inf

from fiskil_harness.journal import Delivery, Effects, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import calls, end_user_of

CONTROL = "a"
"""The twin to whom everything is told once and in order."""


def unfelt(journal: Journal) -> str:
    """Why recovery cannot be judged, if an order to fail was not taken or nothing shows that it bit; else empty."""
    orders = [hook_call for hook_call in journal.all(HookCall) if hook_call.hook == "fail"]
    if any(order.status is None or not 200 <= order.status < 300 for order in orders):
        return "the app did not take the order to fail"
    if not orders or _told(journal, orders[0].at_s) >= len(orders):
        return ""
    if all(_bit(journal, order, until_s) for order, until_s in _windows(orders)):
        return ""
    return "the app took an order to fail, and nothing shows that it failed (effects may tell it as failed)"


def _windows(orders: list[HookCall]) -> Iterator[tuple[HookCall, float]]:
    """Each order with the moment at which the next one came."""
    ends = [*(order.at_s for order in orders[1:]), inf]
    yield from zip(orders, ends, strict=True)


def _bit(journal: Journal, order: HookCall, until_s: float) -> bool:
    return bool(
        _told(journal, order.at_s, until_s) or _refused(journal, order, until_s) or _called_again(journal, order, until_s)
    )


def _told(journal: Journal, since_s: float, until_s: float = inf) -> int:
    """How many failures the app told to have happened between two moments; a count that falls began anew at 0."""
    grown: Counter[str] = Counter()
    looks = [effects for effects in journal.all(Effects) if effects.failed is not None and effects.at_s <= until_s]
    for participant in {look.participant for look in looks}:
        counts = [(look.at_s, look.failed or 0) for look in looks if look.participant == participant]
        for (_, earlier), (at_s, later) in pairwise(counts):
            if at_s > since_s:
                grown[participant] += later - earlier if later >= earlier else later
    return max(grown.values(), default=0)


def _deliveries(journal: Journal, order: HookCall, until_s: float) -> list[Delivery]:
    """What was handed over of the participant who is to meet the failure, from the order on."""
    return [
        delivery
        for delivery in journal.all(Delivery)
        if delivery.participant == order.participant
        and delivery.kind in {"genuine", "replay"}
        and order.at_s <= delivery.at_s < until_s
    ]


def _refused(journal: Journal, order: HookCall, until_s: float) -> bool:
    return any(delivery.outcome == "refuse" for delivery in _deliveries(journal, order, until_s))


def _called_again(journal: Journal, order: HookCall, until_s: float) -> bool:
    """Whether some route was asked more often for what was delivered once than for all that the control twin was told."""
    made = _deliveries(journal, order, until_s)
    owners = {end_user_of(delivery) for delivery in made} - {""}
    seen: set[str] = set()
    first_repeat_s = until_s
    for delivery in made:
        if delivery.message_id in seen or delivery.attempt > 1 or delivery.kind == "replay":
            first_repeat_s = delivery.at_s
            break
        seen.add(delivery.message_id)
    control = {end_user_of(delivery) for delivery in journal.all(Delivery) if delivery.participant == CONTROL} - {
        "",
        *owners,
    }
    within = Counter(
        call.route for call in calls(journal) if call.end_user_id in owners and order.at_s <= call.at_s < first_repeat_s
    )
    usual = Counter(call.route for call in calls(journal) if call.end_user_id in control)
    return any(count > usual[route] > 0 for route, count in within.items())
