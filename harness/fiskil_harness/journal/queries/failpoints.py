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
    orders = [one for one in journal.all(HookCall) if one.hook == "fail"]
    if any(one.status is None or not 200 <= one.status < 300 for one in orders):
        return "the app did not take the order to fail"
    if not orders or _told(journal, orders[0].at_s) >= len(orders):
        return ""
    if all(_bit(journal, order, until_s) for order, until_s in _windows(orders)):
        return ""
    return "the app took an order to fail, and nothing shows that it failed (effects may tell it as failed)"


def _windows(orders: list[HookCall]) -> Iterator[tuple[HookCall, float]]:
    """Each order with the moment at which the next one came."""
    ends = [*(one.at_s for one in orders[1:]), inf]
    yield from zip(orders, ends, strict=True)


def _bit(journal: Journal, order: HookCall, until_s: float) -> bool:
    return bool(
        _told(journal, order.at_s, until_s) or _refused(journal, order, until_s) or _called_again(journal, order, until_s)
    )


def _told(journal: Journal, since_s: float, until_s: float = inf) -> int:
    """How many failures the app told to have happened between two moments; a count that falls began anew at 0."""
    grown: Counter[str] = Counter()
    looks = [one for one in journal.all(Effects) if one.failed is not None and one.at_s <= until_s]
    for participant in {one.participant for one in looks}:
        counts = [(one.at_s, one.failed or 0) for one in looks if one.participant == participant]
        for (_, earlier), (at_s, later) in pairwise(counts):
            if at_s > since_s:
                grown[participant] += later - earlier if later >= earlier else later
    return max(grown.values(), default=0)


def _deliveries(journal: Journal, order: HookCall, until_s: float) -> list[Delivery]:
    """What was handed over of the participant who is to meet the failure, from the order on."""
    return [
        one
        for one in journal.all(Delivery)
        if one.participant == order.participant and one.kind in {"genuine", "replay"} and order.at_s <= one.at_s < until_s
    ]


def _refused(journal: Journal, order: HookCall, until_s: float) -> bool:
    return any(one.outcome == "refuse" for one in _deliveries(journal, order, until_s))


def _called_again(journal: Journal, order: HookCall, until_s: float) -> bool:
    """Whether some route was asked more often for what was delivered once than for all that the control twin was told."""
    made = _deliveries(journal, order, until_s)
    owners = {end_user_of(one) for one in made} - {""}
    seen: set[str] = set()
    first_repeat_s = until_s
    for one in made:
        if one.message_id in seen or one.attempt > 1 or one.kind == "replay":
            first_repeat_s = one.at_s
            break
        seen.add(one.message_id)
    control = {end_user_of(one) for one in journal.all(Delivery) if one.participant == CONTROL} - {"", *owners}
    within = Counter(
        one.route for one in calls(journal) if one.end_user_id in owners and order.at_s <= one.at_s < first_repeat_s
    )
    usual = Counter(one.route for one in calls(journal) if one.end_user_id in control)
    return any(count > usual[route] > 0 for route, count in within.items())
