"""Queries about deliveries and the effects that the app reported for them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf

from msgspec import Struct

from fiskil_harness.core.model.findings import Case, Verdict
from fiskil_harness.journal import (
    DURING_KILL,
    SOURCE_ADDRESSES,
    Delivery,
    DeliveryKind,
    Effects,
    EventCreated,
    Exchange,
    HookCall,
    Journal,
    ProcessChanged,
)
from fiskil_harness.journal.queries.api_calls import bitten_by
from fiskil_harness.journal.queries.rows import why_still_busy

UNKNOWN_EVENT = "unknown_event"
"""The symbol of each event whose kind Fiskil's documentation does not list."""
_TRACE = re.compile(
    rb"Traceback \(most recent call last\)|\n[^\S\n]+at .+[.]([cm]?js|java|kt|rb|php|cs|ts)[:)]|goroutine \d+ \["
    rb"| at \S+\.p[lm] line \d+\b"
)
HUNG_UP = "hung up"
"""Beginning of ``problem`` of a delivery whose response the harness did not read."""
CONNECTION_REFUSED = "connection refused"
"""``problem`` of a delivery for which no receiver was running."""
NOTHING_LISTENS = "nothing listens at the receiver's address: the app has exited or was never started"
"""The reason why nothing can be judged if the first delivery of a scenario found no receiver."""
EFFECTS_NOT_READ = "the app acknowledged a message, and its effects could not be read afterwards"


def genuine(journal: Journal) -> list[Delivery]:
    """Return the genuine deliveries whose responses probes must judge, in order."""
    return [
        delivery
        for delivery in journal.all(Delivery)
        if delivery.is_genuine and delivery.is_judged and delivery.source_ip in SOURCE_ADDRESSES
    ]


def of_kind(journal: Journal, kind: DeliveryKind) -> list[Delivery]:
    """Return the deliveries of *kind*, in order."""
    return [delivery for delivery in journal.all(Delivery) if delivery.kind == kind]


def failed_deliveries(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Return the deliveries that the receiver did not acknowledge, without those whose response the harness did not read."""
    return [delivery for delivery in deliveries if not delivery.is_acknowledged and HUNG_UP not in delivery.problem]


def by_message(deliveries: Iterable[Delivery]) -> dict[str, list[Delivery]]:
    """Return the deliveries by message id, in order."""
    grouped: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        grouped.setdefault(delivery.message_id, []).append(delivery)
    return grouped


def messages_of(deliveries: Iterable[Delivery]) -> int:
    """Return the number of messages in *deliveries*, for findings: the number of deliveries would depend on timing."""
    return len({delivery.message_id for delivery in deliveries})


class Applied(Struct, frozen=True, kw_only=True):
    """Counts of how often the app applied each message, by message id.

    *was_reset* is True if the app lost its counts on a restart.
    """

    counts: dict[str, int]
    was_reset: bool = False


def applied(journal: Journal) -> Applied | None:
    """Return how often the app applied each message, over all participants; None if the app reported no counts.

    If the app lost its counts when it was killed, the last counts before each kill are added up.
    """
    runs: list[dict[str, dict[str, int]]] = [{}]
    for entry in journal:
        if isinstance(entry, ProcessChanged) and entry.is_whole_kill:
            runs.append({})
        elif isinstance(entry, Effects) and entry.applied is not None:
            runs[-1][entry.participant] = entry.applied
    merged = [_merged(run) for run in runs if run]
    if not merged:
        return None
    final = merged[-1]
    was_reset = any(count > final.get(message_id, 0) for counts in merged for message_id, count in counts.items())
    if not was_reset:
        return Applied(counts=final)
    return Applied(counts=dict(sum((Counter(counts) for counts in merged), Counter())), was_reset=True)


def _merged(run: dict[str, dict[str, int]]) -> dict[str, int]:
    merged: dict[str, int] = {}
    for counts in run.values():
        for message_id, count in counts.items():
            merged[message_id] = max(count, merged.get(message_id, 0))
    return merged


def last_applied(journal: Journal) -> dict[str, int] | None:
    """Return how often the app applied each message, by message id; None if the app reported no counts."""
    reported = applied(journal)
    return reported.counts if reported else None


def why_busy(journal: Journal) -> tuple[str, str] | None:
    """Return the reason why effects cannot be judged if the app was busy in the last snapshot, and the hook that would help.

    None if the app was idle. If the app acknowledged a message after the last snapshot of its end user, it counts as busy.
    If the effects of several end users were read, but not those of a further one, reading them has failed.
    """
    last = {effects.participant: effects for effects in journal.all(Effects)}
    acknowledged_s = {delivery.participant: delivery.at_s for delivery in journal.all(Delivery) if delivery.is_acknowledged}
    newest_s = max((effects.at_s for effects in last.values()), default=inf)
    has_failed = len(last) > 1 and any(name and name not in last for name in acknowledged_s)
    if has_failed or any(at_s > (last[name].at_s if name in last else newest_s) for name, at_s in acknowledged_s.items()):
        return EFFECTS_NOT_READ, ""
    return next((why_still_busy(effects) for effects in last.values() if not effects.is_idle), None)


def was_disturbed(journal: Journal) -> bool:
    """Return True if a kill, a requested failure or a fault gave the app a reason to postpone work."""
    was_killed = any(started.is_kill for started in journal.all(ProcessChanged))
    was_made_to_fail = any(call.is_failure_request for call in journal.all(HookCall))
    return was_killed or was_made_to_fail or bool(bitten_by(journal))


def why_no_crash_observed(journal: Journal) -> str:
    """Return a reason if the app was killed only after it had responded to all deliveries; else ''.

    Such a kill does not test a crash during deliveries. Only concurrent deliveries are considered: the response to a single
    delivery during a kill depends on timing.
    """
    in_progress = [delivery for delivery in journal.all(Delivery) if delivery.name == DURING_KILL and delivery.group]
    was_late = bool(in_progress) and all(delivery.has_response for delivery in in_progress)
    return "the app had responded to every delivery before it was killed" if was_late else ""


def was_requested_failure(journal: Journal, refused: Delivery) -> bool:
    """Return True if *refused* is the first failed delivery after the harness requested the app to fail."""
    requested_s = [call.at_s for call in journal.all(HookCall) if call.is_failure_request and call.at_s <= refused.at_s]
    if not requested_s:
        return False
    failed = failed_deliveries(genuine(journal))
    return not any(requested_s[-1] <= delivery.at_s < refused.at_s for delivery in failed)


def events_by_id(journal: Journal) -> dict[str, EventCreated]:
    """Return the events that the sandbox created, by message id."""
    return {event.message_id: event for event in journal.all(EventCreated)}


def ended_s(delivery: Delivery) -> float:
    """Return the time at which the response arrived or the sender stopped waiting."""
    return delivery.at_s + delivery.took_s


def bites_during(journal: Journal, delivery: Delivery) -> list[Exchange]:
    """Return the app's calls on which a fault acted while *delivery* waited for its response."""
    return [bite for bite in bitten_by(journal) if bite.at_s <= ended_s(delivery) and bite.ended_s >= delivery.at_s]


def has_stack_trace(delivery: Delivery) -> bool:
    """Return True if the response contains the beginning or a line of a stack trace."""
    return _TRACE.search(delivery.response_body) is not None


def response_text(delivery: Delivery) -> str:
    """Return the status of the response as text, or the reason why there was no response."""
    return str(delivery.status) if delivery.status is not None else delivery.problem


def requests_pause(delivery: Delivery) -> bool:
    """Return True if the receiver requested a pause: 429, or 503 with Retry-After."""
    names = {name.lower() for name, _ in delivery.response_headers}
    return delivery.status == 429 or (delivery.status == 503 and "retry-after" in names)


def describe(delivery: Delivery) -> str:
    """Return one delivery as a line for a report."""
    variant = f" {readable(delivery.name)}" if delivery.name else ""
    kind = "" if delivery.is_genuine else f" {delivery.kind}"
    return f"{delivery.event}{variant} attempt {delivery.attempt}{kind}: {response_text(delivery)}"


def readable(name: str) -> str:
    """Return the name of a variant as words: ``other_secret`` becomes ``other secret``."""
    return name.replace("_", " ")


def first_of(names: Sequence[str], most: int = 4) -> str:
    """Return *names* as a list for a report, which contains at most *most* of them and counts the others."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def case_of(delivery: Delivery, verdict: Verdict, observed: str) -> Case:
    """Return the case for the variant of *delivery*."""
    return Case(name=delivery.name, verdict=verdict, observed=observed, events=(delivery.event,))


def was_never_listening(journal: Journal) -> bool:
    """Return True if no receiver was running at the first delivery, so that nothing in this scenario stopped it."""
    return any(delivery.problem == CONNECTION_REFUSED for delivery in journal.all(Delivery)[:1])
