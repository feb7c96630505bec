"""Check that every requested failure (``app.drive.fail``) happened; otherwise recovery was not tested.

A failure happened if the app reports it (``failed``), if the app refuses a delivery, or if the app makes more API calls for
a message than for all messages of the control twin.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import inf

from fiskil_harness.core.config.hooks import FAIL
from fiskil_harness.journal import Delivery, Effects, Exchange, FailureReplaced, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import bitten_by, calls, end_user_of
from fiskil_harness.journal.queries.deliveries import why_no_crash_observed

CONTROL = "a"
"""The control twin: the end user who receives every message once and in order."""


def why_recovery_untested(journal: Journal) -> tuple[str, str] | None:
    """Return the reason why a PASS would not show recovery from a kill or failure, and the hook that would help, or None."""
    reason = why_no_crash_observed(journal)
    if reason:
        return reason, ""
    reason = why_failure_unobserved(journal)
    if not reason and journal.all(FailureReplaced) and not replaced_failures(journal):
        reason = "nothing failed while the app processed messages"
    return (reason, FAIL) if reason else None


def why_failure_unobserved(journal: Journal) -> str:
    """Return the reason why recovery cannot be judged, or '' if every requested failure happened."""
    requests = [call for call in journal.all(HookCall) if call.is_failure_request]
    if any(not request.has_succeeded for request in requests):
        return "the app did not accept the request to fail (app.drive.fail)"
    if not requests or _reported_failures(journal, requests[0].at_s) >= len(requests):
        return ""
    if all(_has_failed(journal, request, until_s) for request, until_s in windows(requests)):
        return ""
    return "the app accepted a request to fail, but no failure was observed (app.observe.effects can report it as `failed`)"


def accepted_requests(journal: Journal) -> list[HookCall]:
    """Return the requests to fail that the app did not refuse."""
    requests = [call for call in journal.all(HookCall) if call.is_failure_request]
    return [call for call in requests if call.status is not None and call.status < 400]


def replaced_failures(journal: Journal) -> list[Delivery | Exchange]:
    """Return what failed in place of requested failures: refused forgeries, and calls that the API failed during a job."""
    replaced = journal.all(FailureReplaced)
    steps = {entry.step for entry in replaced if entry.by == "forgeries"}
    forged = [delivery for delivery in journal.all(Delivery) if delivery.is_forged and delivery.is_refused]
    began_s = min((entry.at_s for entry in replaced if entry.by == "api"), default=inf)
    failed_calls = [call for call in bitten_by(journal) if call.at_s >= began_s]
    return [*(delivery for delivery in forged if delivery.step in steps), *failed_calls]


def windows(requests: list[HookCall]) -> Iterator[tuple[HookCall, float]]:
    """Yield each request to fail with the time of the next request, or infinity for the last."""
    yield from zip(requests, [request.at_s for request in requests[1:]] + [inf], strict=False)


def failed_between(journal: Journal, since_s: float, until_s: float = inf) -> bool:
    """Return True if the app reported a failure between *since_s* and *until_s*."""
    return _reported_failures(journal, since_s, until_s) > 0


def _has_failed(journal: Journal, request: HookCall, until_s: float) -> bool:
    return bool(
        _reported_failures(journal, request.at_s, until_s)
        or any(delivery.is_refused for delivery in _deliveries(journal, request, until_s))
        or _has_called_again(journal, request, until_s)
    )


def _reported_failures(journal: Journal, since_s: float, until_s: float = inf) -> int:
    """Return how many failures the app reported between *since_s* and *until_s*.

    If the reported count falls, the app started again at 0.
    """
    grown: Counter[str] = Counter()
    snapshots = [effects for effects in journal.all(Effects) if effects.failed is not None and effects.at_s <= until_s]
    for participant in {snapshot.participant for snapshot in snapshots}:
        counts = [(effects.at_s, effects.failed or 0) for effects in snapshots if effects.participant == participant]
        for (_, earlier), (at_s, later) in pairwise(counts):
            if at_s > since_s:
                grown[participant] += later - earlier if later >= earlier else later
    return max(grown.values(), default=0)


def _deliveries(journal: Journal, request: HookCall, until_s: float) -> list[Delivery]:
    """Return the deliveries between *request* and *until_s* for the participant whose processing was requested to fail."""
    return [
        delivery
        for delivery in journal.all(Delivery)
        if delivery.participant == request.participant and delivery.is_authentic and request.at_s <= delivery.at_s < until_s
    ]


def _has_called_again(journal: Journal, request: HookCall, until_s: float) -> bool:
    """Return True if the app called a route more often than for all messages of the control twin.

    Only calls before the first repeated delivery count, because a repetition causes further calls.
    """
    deliveries = _deliveries(journal, request, until_s)
    owners = {end_user_of(delivery) for delivery in deliveries} - {""}
    message_ids: set[str] = set()
    first_repeat_s = until_s
    for delivery in deliveries:
        if delivery.message_id in message_ids or delivery.attempt > 1 or delivery.is_replay:
            first_repeat_s = delivery.at_s
            break
        message_ids.add(delivery.message_id)
    controls = {end_user_of(delivery) for delivery in journal.all(Delivery) if delivery.participant == CONTROL}
    within = Counter(
        call.route for call in calls(journal) if call.end_user_id in owners and request.at_s <= call.at_s < first_repeat_s
    )
    usual = Counter(call.route for call in calls(journal) if call.end_user_id in controls - {"", *owners})
    return any(count > usual[route] > 0 for route, count in within.items())
