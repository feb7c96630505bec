"""Messages that were not applied by the promised time (``app.limits.fresh_s``), for apps that do not report ``pending``.

Such an app does not say whether it still works. If it promises a time, has had it, and nothing has changed meanwhile, it has
lost the message.
"""

from math import inf

from fiskil_harness.journal import Delivery, EventCreated, FailureReplaced, HookCall, Journal, Limits, ProcessChanged
from fiskil_harness.journal.queries.api_calls import bitten_by
from fiskil_harness.journal.queries.pauses import is_promised, paused_s
from fiskil_harness.journal.queries.rows import last_effects

AFTER_DISTURBANCE = 3.0
"""After a fault, a kill or a requested failure an app gets this many times the promised time: it may wait to retry."""


def is_overdue(journal: Journal, event: EventCreated) -> bool:
    """Return True if the acknowledged message of *event* had more than the promised time to be applied."""
    end = last_effects(journal, event.participant)
    if end is None or end.pending is not None or not is_promised(journal, "fresh_s"):
        return False
    disturbances_s = _disturbances_s(journal)
    began_s = max(_acknowledged_s(journal, event), *disturbances_s, -inf)
    waited_s = min(end.at_s - began_s - paused_s(journal, began_s, end.at_s), end.unchanged_s)
    return waited_s > _fresh_s(journal) * (AFTER_DISTURBANCE if disturbances_s else 1.0)


def _acknowledged_s(journal: Journal, event: EventCreated) -> float:
    acknowledged = [
        delivery.at_s
        for delivery in journal.all(Delivery)
        if delivery.message_id == event.message_id and delivery.is_acknowledged and delivery.is_authentic
    ]
    return max(acknowledged, default=inf)


def _disturbances_s(journal: Journal) -> list[float]:
    """Return the ends of everything that gave the app a reason to postpone work."""
    process = [changed.at_s for changed in journal.all(ProcessChanged) if changed.is_kill or changed.is_restart]
    requests = [call.at_s for call in journal.all(HookCall) if call.is_failure_request]
    replaced = [failure.at_s for failure in journal.all(FailureReplaced)]
    return [*process, *requests, *replaced, *(call.ended_s for call in bitten_by(journal))]


def _fresh_s(journal: Journal) -> float:
    return next((limits.fresh_s for limits in journal.all(Limits)), inf)
