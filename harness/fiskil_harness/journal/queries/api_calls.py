"""What the app asked of the API, as probes read it: in order, and without calls about end users of earlier scenarios."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from fiskil_harness.core.model import DATASETS
from fiskil_harness.journal import Delivery, EventCreated, Exchange, HookCall, Journal, Limits

_ANNOUNCED = {
    dataset.event: dataset.serves
    for dataset in DATASETS.values()
    if dataset.permission is not None and dataset.event.startswith("banking.")
}
LOCKED_OUT = "the app could not read, for a token that was refused and never renewed, which is another practice's business"

CallKey = tuple[str, str, tuple[tuple[str, str], ...]]


def calls(journal: Journal, route: str = "") -> list[Exchange]:
    """Every call of the scenario (or those on *route*), by arrival."""
    found = [call for call in journal.all(Exchange) if not call.is_stray and route in {"", call.route}]
    return sorted(found, key=lambda call: call.number)


def reads(journal: Journal, dataset: str, end_user_id: str = "") -> list[Exchange]:
    """Every reading of a banking dataset, of one end user where given."""
    found = calls(journal, f"banking.{dataset}")
    return [call for call in found if not end_user_id or call.end_user_id == end_user_id]


def call_key(call: Exchange) -> CallKey:
    """What makes two calls equal: method, path and query, whatever the query's order."""
    return call.method, call.path, tuple(sorted(parse_qsl(call.query, keep_blank_values=True)))


def parameters(call: Exchange) -> dict[str, str]:
    """The query as a dictionary."""
    return dict(parse_qsl(call.query, keep_blank_values=True))


def header(pairs: Iterable[tuple[str, str]], name: str) -> str:
    """The first value of a header; empty where it is absent."""
    return next((value for key, value in pairs if key.lower() == name), "")


def bearer(call: Exchange) -> str:
    """The access token that a call carried."""
    return header(call.request_headers, "authorization").partition(" ")[2].strip()


def is_fine(call: Exchange) -> bool:
    """Whether the app got the whole of a good answer."""
    return call.status is not None and 200 <= call.status < 300 and not call.bites


def succeeded_later(made: list[Exchange], refused: Exchange) -> bool:
    """Whether a later call on the same route for the same end user succeeded; a walk may begin anew.

    A call that was refused before it had an end user, to create one, is told from no other.
    """
    return any(
        call.number > refused.number
        and call.route == refused.route
        and refused.end_user_id in {"", call.end_user_id}
        and is_fine(call)
        for call in made
    )


def was_locked_out(journal: Journal, end_user_ids: Collection[str]) -> bool:
    """Whether the app lost its way to what these end users share, for a token that was refused and never renewed.

    What it misses then bears on the practices about tokens, and on no other.
    """
    made = calls(journal)
    return any(
        call.status == 401 and call.end_user_id in end_user_ids and bearer(call) and not succeeded_later(made, call)
        for call in made
    )


def bitten_by(journal: Journal, *faults: str) -> list[Exchange]:
    """Every call that a fault of one of these names (``Stall``) acted on; without names, of any."""
    return [call for call in calls(journal) if any(not faults or bite.partition("(")[0] in faults for bite in call.bites)]


def routes_of(made: Iterable[Exchange]) -> int:
    """How many routes were called. How often each was is a matter of time, which enters no finding."""
    return len({call.route for call in made})


def began_s(call: HookCall) -> float:
    """When the harness asked; the entry itself is stamped with the answer."""
    return call.at_s - call.took_s


def is_unheard(journal: Journal, call: HookCall) -> bool:
    """Whether the harness stopped waiting for the app's answer, which may have come later."""
    patience_s = next((limits.request_deadline_s for limits in journal.all(Limits)), 0.0)
    return call.status is None and call.took_s >= patience_s


def dataset_of(kind: str) -> str:
    """The banking dataset of which an event says that more is ready; empty for other events."""
    return _ANNOUNCED.get(kind, "")


def acknowledged_events(journal: Journal) -> list[tuple[Delivery, EventCreated]]:
    """Every acknowledged genuine delivery with its event, in order."""
    events = {event.event: event for event in journal.all(EventCreated)}
    return [
        (delivery, events[delivery.event])
        for delivery in journal.all(Delivery)
        if delivery.outcome == "ack" and delivery.kind in {"genuine", "replay"} and delivery.event in events
    ]


def end_user_of(delivery: Delivery) -> str:
    """The end user that a delivery's body names."""
    if delivery.content:
        return delivery.content.get("end_user_id", "")
    try:
        body: Any = msgspec.json.decode(delivery.body)
        return str(body["data"]["end_user_id"])
    except (msgspec.DecodeError, KeyError, RecursionError, TypeError, UnicodeDecodeError):
        return ""


def covers(call: Exchange, row: dict[str, Any]) -> bool:
    """Whether a reading asked for *row*. Source: data.time-filter"""
    wanted = parameters(call)
    for name in ("account_id", "status"):
        if wanted.get(name) and name in row and row[name] != wanted[name]:
            return False
    since, until = _instant(wanted.get("from")), _instant(wanted.get("to"))
    if since is None and until is None:
        return True
    moment = _instant(row.get("posting_date_time") or row.get("execution_date_time"))
    return moment is not None and (since is None or moment >= since) and (until is None or moment <= until)


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
