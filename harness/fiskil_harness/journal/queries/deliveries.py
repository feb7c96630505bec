"""Deliveries and their effects, as probes read them."""

from collections import Counter
from collections.abc import Iterable
from math import inf
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.journal import DURING_KILL, HOMES, Delivery, Effects, EventCreated, Exchange, HookCall, Journal, Started
from fiskil_harness.journal.queries.rows import at_work

CONNECTION_REFUSED = "connection refused"
"""The trouble of a delivery that reached nobody: the receiver has ended, or was never there."""
UNASKED = "the app could not be asked any more after it had acknowledged something"


def genuine(journal: Journal) -> list[Delivery]:
    """Every delivery as Fiskil makes it whose answer counts, in order."""
    return [
        delivery
        for delivery in journal.all(Delivery)
        if delivery.kind == "genuine" and delivery.is_judged and delivery.source_ip in HOMES
    ]


def of_kind(journal: Journal, kind: str) -> list[Delivery]:
    """Every delivery of one kind, in order."""
    return [delivery for delivery in journal.all(Delivery) if delivery.kind == kind]


def by_message(deliveries: Iterable[Delivery]) -> dict[str, list[Delivery]]:
    """Deliveries of each message id, in order."""
    found: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        found.setdefault(delivery.message_id, []).append(delivery)
    return found


def messages_of(deliveries: Iterable[Delivery]) -> int:
    """How many messages were handed over. How often each was may be a matter of time, which enters no finding."""
    return len({delivery.message_id for delivery in deliveries})


class Applied(Struct, frozen=True, kw_only=True):
    """How often each message was applied. ``was_reset`` says that the app forgot its counts when it was started again."""

    counts: dict[str, int]
    was_reset: bool = False


def applied(journal: Journal) -> Applied | None:
    """The counts that the app told, over all participants and all of its lives; None when it tells none.

    Where it forgets counts as it is killed, what it told last in each life is added up.
    """
    lives: list[dict[str, dict[str, int]]] = [{}]
    for entry in journal:
        if isinstance(entry, Started) and entry.how == "kill":
            lives.append({})
        elif isinstance(entry, Effects) and entry.applied is not None:
            lives[-1][entry.participant] = entry.applied
    told = [_merged(life) for life in lives if life]
    if not told:
        return None
    final = told[-1]
    was_reset = any(count > final.get(text, 0) for counts in told for text, count in counts.items())
    if not was_reset:
        return Applied(counts=final)
    return Applied(counts=dict(sum((Counter(counts) for counts in told), Counter())), was_reset=True)


def _merged(life: dict[str, dict[str, int]]) -> dict[str, int]:
    merged: dict[str, int] = {}
    for counts in life.values():
        for message_id, count in counts.items():
            merged[message_id] = max(count, merged.get(message_id, 0))
    return merged


def last_applied(journal: Journal) -> dict[str, int] | None:
    """The counts alone."""
    told = applied(journal)
    return told.counts if told else None


def why_busy(journal: Journal) -> tuple[str, str]:
    """Why nothing can be said, if the app was not at rest when it was asked last: reason and hook; else both empty.

    An app that has died since then is not at rest either.
    """
    last = {effects.participant: effects for effects in journal.all(Effects)}
    taken_s = {delivery.participant: delivery.at_s for delivery in journal.all(Delivery) if delivery.outcome == "ack"}
    newest_s = max((effects.at_s for effects in last.values()), default=inf)
    if any(at_s > (last[name].at_s if name in last else newest_s) for name, at_s in taken_s.items()):
        return UNASKED, ""
    return next((at_work(effects) for effects in last.values() if not effects.is_idle), ("", ""))


def was_disturbed(journal: Journal) -> bool:
    """Whether the app had a reason to leave something for later: it was killed, told to fail, or met a fault."""
    was_killed = any(started.how.startswith("kill") for started in journal.all(Started))
    was_told = any(hook_call.hook == "fail" for hook_call in journal.all(HookCall))
    return was_killed or was_told or bool(bites(journal))


def uncut(journal: Journal) -> str:
    """Why nothing was seen of a crash amidst deliveries: each of them was answered before the app died; else empty.

    Whether one that left alone was answered is a matter of chance, so no verdict hangs on it.
    """
    amidst = [delivery for delivery in journal.all(Delivery) if delivery.name == DURING_KILL and delivery.group]
    is_vain = bool(amidst) and all(delivery.outcome != "indeterminate" for delivery in amidst)
    return "the app had answered every delivery before it was killed" if is_vain else ""


def was_ordered(journal: Journal, refused: Delivery) -> bool:
    """Whether this is the first refusal since the app was told to fail."""
    orders = [
        hook_call.at_s for hook_call in journal.all(HookCall) if hook_call.hook == "fail" and hook_call.at_s <= refused.at_s
    ]
    if not orders:
        return False
    return not any(orders[-1] <= delivery.at_s < refused.at_s for delivery in genuine(journal) if delivery.outcome != "ack")


def events_by_id(journal: Journal) -> dict[str, EventCreated]:
    """Every event of the sandbox by its message id."""
    return {event.message_id: event for event in journal.all(EventCreated)}


def kind_of(delivery: Delivery) -> str:
    """The kind of event that a body claims; empty where it cannot be read."""
    return _field(delivery, "event")


def consent_of(delivery: Delivery) -> str:
    """The consent that a body names; empty where it cannot be read."""
    return _field(delivery, "consent_id")


def _field(delivery: Delivery, name: str) -> str:
    if delivery.content:
        return delivery.content.get(name, "")
    try:
        body: Any = msgspec.json.decode(delivery.body)
        return str(body["data"][name])
    except (msgspec.DecodeError, KeyError, RecursionError, TypeError, UnicodeDecodeError):
        return ""


def ended_s(delivery: Delivery) -> float:
    """When the answer was there, or was waited for no longer."""
    return delivery.at_s + delivery.took_s


def bites(journal: Journal) -> list[Exchange]:
    """The app's calls that a fault acted on."""
    return [call for call in journal.all(Exchange) if call.bites and not call.is_stray]


def bites_during(journal: Journal, delivery: Delivery) -> list[Exchange]:
    """The app's calls that a fault acted on while *delivery* waited for its answer."""
    return [bite for bite in bites(journal) if bite.at_s <= ended_s(delivery) and bite.ended_s >= delivery.at_s]


def response_text(delivery: Delivery) -> str:
    """What came back, in a word or two."""
    return str(delivery.status) if delivery.status is not None else delivery.trouble


def puts_off(delivery: Delivery) -> bool:
    """Whether the receiver asked for a pause: 429, or 503 that names one."""
    names = {name.lower() for name, _ in delivery.response_headers}
    return delivery.status == 429 or (delivery.status == 503 and "retry-after" in names)


def line(delivery: Delivery) -> str:
    """One delivery for the reader."""
    variant = f" {delivery.name.replace('_', ' ')}" if delivery.name else ""
    kind = "" if delivery.kind == "genuine" else f" {delivery.kind}"
    return f"{delivery.event}{variant} attempt {delivery.attempt}{kind}: {response_text(delivery)}"
