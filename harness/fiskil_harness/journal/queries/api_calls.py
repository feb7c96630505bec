"""Queries about the app's API calls, without calls about end users of earlier scenarios."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from fiskil_harness.core.model import DATASET_OF_ROUTE, DATASETS
from fiskil_harness.journal import ConsentState, Delivery, EventCreated, Exchange, HookCall, Journal, Limits, Rows

_DATASET_BY_EVENT = {dataset.event: dataset.serves for dataset in DATASETS.values() if dataset.permission is not None}
TOKEN_NOT_RENEWED = "the app could not read because it never renewed a refused token, which another practice covers"

LATE = "Latency"
"""Name of the fault that delays a response and leaves it complete."""
TOO_SOON = 429
"""Status of an app that limits how often it reads."""
ENDING = frozenset({"consents.revoke", "end_users.delete"})
"""Routes that end a consent."""
MANY_PAGES, MEGABYTE = 100, 1_000_000

CallKey = tuple[str, str, tuple[tuple[str, str], ...]]


def calls(journal: Journal, route: str = "") -> list[Exchange]:
    """Return the calls of the scenario in order, or only the calls to *route* if it is not empty."""
    matching = [call for call in journal.all(Exchange) if not call.is_of_earlier_scenario and route in {"", call.route}]
    return sorted(matching, key=lambda call: call.number)


def reads(journal: Journal, dataset: str, end_user_id: str = "") -> list[Exchange]:
    """Return the calls that read *dataset*, or only those for *end_user_id* if it is not empty."""
    route = DATASETS[dataset].route if dataset else ""
    return [call for call in calls(journal) if call.route == route and end_user_id in {"", call.end_user_id}]


def dataset_read(call: Exchange) -> str:
    """Return the dataset that *call* reads, or an empty text if it reads no data of an end user."""
    name = DATASET_OF_ROUTE.get(call.route)
    return name if name and DATASETS[name].permission is not None else ""


def large_reads(journal: Journal, rows: Rows) -> str:
    """Return a clause about the sizes of the app's reads of *rows*: the longest list and the largest response.

    Sizes below 100 pages and below a megabyte are left out.
    """
    successful = [call for call in reads(journal, rows.dataset, rows.end_user_id) if call.status == 200]
    lists = Counter(_without_cursor(key) for key in {call_key(call) for call in successful})
    pages = max(lists.values(), default=0)
    lengths = [header(call.response_headers, "content-length") for call in successful]
    largest = max((int(length) for length in lengths if length.isdecimal()), default=0)
    sizes = [f"a list of {pages} pages"] if pages >= MANY_PAGES else []
    sizes += [f"a response of {largest / MEGABYTE:.1f} MB"] if largest >= MEGABYTE else []
    return f", after {' and '.join(sizes)}" if sizes else ""


def _without_cursor(key: CallKey) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in key[2] if not name.startswith("page["))


PERIOD = frozenset({"from", "to"})
"""The filters that select rows by time. An app may change them with every read."""
_TIME = re.compile(r"^(\d{4}-\d\d-\d\d)T(?!\d\d:(?:00:00|59:59)).*", re.DOTALL)
"""A date with a time of day that is neither the begin nor the end of an hour."""
_CURSORS = ("page[after]", "page[before]")


def is_first_page(call: Exchange) -> bool:
    """Return True if *call* reads a list from its beginning."""
    return not any(name in _CURSORS and value for name, value in _sorted_parameters(call.query))


def call_key(call: Exchange) -> CallKey:
    """Return a key that is equal for equal calls: method, path, and the query's parameters in any order.

    An app that reads the last 90 days may compute the first moment again for each attempt; such attempts are the same call.
    So of a time in a filter the key contains only the date, unless it is the begin or end of an hour: then it may be the
    limit of one of several periods.
    """
    return call.method, call.path, _parameters_without_times(call.query)


@lru_cache(maxsize=4096)
def _parameters_without_times(query: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, _TIME.sub(r"\1", value) if name in PERIOD else value) for name, value in _sorted_parameters(query))


@lru_cache(maxsize=4096)
def _sorted_parameters(query: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(parse_qsl(query, keep_blank_values=True)))


def _was_only_late(call: Exchange) -> bool:
    return call.status is not None and 200 <= call.status < 300 and {bite.partition("(")[0] for bite in call.bites} == {LATE}


def parameters(call: Exchange) -> dict[str, str]:
    """Return the query's parameters by name."""
    return dict(parse_qsl(call.query, keep_blank_values=True))


def header(pairs: Iterable[tuple[str, str]], name: str) -> str:
    """Return the first value of the header *name* (in lower case), or an empty text if the header is absent."""
    return next((value for key, value in pairs if key.lower() == name), "")


def bearer(call: Exchange) -> str:
    """Return the access token that a call carries, or an empty text if it carries none."""
    return header(call.request_headers, "authorization").partition(" ")[2].strip()


def is_complete_success(call: Exchange) -> bool:
    """Return True if the app received a complete 2xx response that no fault acted on."""
    return call.status is not None and 200 <= call.status < 300 and not call.bites


def never_succeeded(exchanges: Iterable[Exchange], refused: Iterable[Exchange]) -> list[Exchange]:
    """Return the calls of *refused* after which no call in *exchanges* to their route for their end user succeeded.

    Query parameters are ignored, because an app may read a list again from the start. If the refused call was to create an
    end user, it has no end user id yet, so any later call to its route counts. A response that was only late is a success.
    """
    last_success: dict[tuple[str, str], int] = {}
    for call in exchanges:
        if is_complete_success(call) or _was_only_late(call):
            for end_user_id in {"", call.end_user_id}:
                place = call.route, end_user_id
                last_success[place] = max(call.number, last_success.get(place, 0))
    return [call for call in refused if last_success.get((call.route, call.end_user_id), 0) <= call.number]


def has_unrenewed_token(journal: Journal, end_user_ids: Collection[str]) -> bool:
    """Return True if the app could not read data of *end_user_ids* because it never renewed a refused token.

    Data that is missing for this reason counts for the practices about tokens only.
    """
    every = calls(journal)
    refused = [call for call in every if call.status == 401 and call.end_user_id in end_user_ids and bearer(call)]
    return bool(never_succeeded(every, refused))


def never_tried_to_renew(journal: Journal, end_user_ids: Collection[str]) -> bool:
    """Return True if data of *end_user_ids* is missing because of an unrenewed token, and no token request failed.

    If one failed, the app tried to renew it, and missing data counts as after any other failure.
    """
    is_disturbed = any(call.bites or call.status != 200 for call in calls(journal, "token"))
    return has_unrenewed_token(journal, end_user_ids) and not is_disturbed


def bitten_by(journal: Journal, *faults: str) -> list[Exchange]:
    """Return the calls on which one of *faults* acted (class names such as ``Stall``), or any fault if none are given."""
    return [call for call in calls(journal) if any(not faults or bite.partition("(")[0] in faults for bite in call.bites)]


def routes_of(exchanges: Iterable[Exchange]) -> int:
    """Return the number of routes in *exchanges*, for findings: the number of calls would depend on timing.

    The route of tokens does not count beside others: an app may still have the token of an earlier scenario.
    """
    routes = {call.route for call in exchanges}
    return len(routes - {"token"} or routes)


def began_s(call: HookCall) -> float:
    """Return the time at which the harness called the hook; ``at_s`` is the time of the response."""
    return call.at_s - call.took_s


def calls_during(journal: Journal, hook: HookCall) -> list[Exchange]:
    """Return the API calls that the app made during the hook call *hook*."""
    return [call for call in calls(journal) if began_s(hook) <= call.at_s <= hook.at_s]


def is_redirect(hook: HookCall) -> bool:
    """Return True if the app led to another page."""
    return hook.status is not None and 300 <= hook.status < 400


def is_done(journal: Journal, hook: HookCall, *, dataset: str = "", end_user_id: str = "") -> bool:
    """Return True if the app did what *hook* requests: it returned 2xx, or a redirect after the API calls that do it.

    The calls read data, or end the consent. A redirect alone may lead to a page for logging in. Of repeated calls, the last
    one must have succeeded.

    Args:
        dataset: The dataset that the app must have read before a redirect; "" means any.
        end_user_id: The end user for whom it must have been read; "" means any.
    """
    if not is_redirect(hook):
        return hook.has_succeeded
    made = calls_during(journal, hook)
    doing = [call for call in made if (call.route in ENDING if hook.hook == "revoke" else dataset_read(call))]
    last = {(call.route, call.path, call.end_user_id): call for call in doing}.values()
    is_enough = any(dataset in {"", dataset_read(call)} and end_user_id in {"", call.end_user_id} for call in last)
    return is_enough and all(map(is_complete_success, last))


def has_read_what_is_shared(journal: Journal, hook: HookCall, *, dataset: str, end_user_id: str) -> bool:
    """Return True if the app read *dataset*, and the API refused nothing but reads of data that is not shared.

    The status is ignored, except 429, because an app that reports an error to the customer has read what is shared too.
    """
    last = {(call.route, call.path, call.end_user_id): call for call in calls_during(journal, hook)}.values()
    is_read = any(
        dataset == dataset_read(call) and call.end_user_id == end_user_id and is_complete_success(call) for call in last
    )
    refused = [call for call in last if not is_complete_success(call)]
    has_response = hook.status is not None and hook.status != TOO_SOON
    return has_response and is_read and bool(refused) and all(is_not_shared(journal, call) for call in refused)


def is_not_shared(journal: Journal, call: Exchange) -> bool:
    """Return True if the API refused the read *call* with 403, and no active consent covered its dataset.

    The consents of all participants count, so that a call about any end user is judged with caution.
    """
    if call.status != 403 or call.bites or not dataset_read(call):
        return False
    consents = {each.consent_id: each for each in journal.all(ConsentState) if each.at_s < call.at_s}
    return bool(consents) and not any(
        each.is_active and dataset_read(call) in each.permissions for each in consents.values()
    )


def calls_beside(journal: Journal, hook: HookCall) -> list[Exchange]:
    """Return the API calls that were in progress at some time during the hook call *hook*."""
    return [call for call in calls(journal) if call.ended_s >= began_s(hook) and call.at_s <= hook.at_s]


def timed_out(journal: Journal, call: HookCall) -> bool:
    """Return True if the harness stopped waiting for the app's response to the hook *call*."""
    limit_s = next((limits.request_deadline_s for limits in journal.all(Limits)), 0.0)
    return call.status is None and call.took_s >= limit_s


def refreshes(journal: Journal, *, since_s: float) -> list[HookCall]:
    """Return the calls of the hook ``refresh`` that began at *since_s* or later."""
    return [call for call in journal.all(HookCall) if call.hook == "refresh" and began_s(call) >= since_s]


def refusal_lines(refused: Iterable[Exchange]) -> tuple[str, ...]:
    """Return the route and the status of each refused call, without repetitions, as evidence."""
    return tuple(sorted({f"{call.method} {call.route}: {call.status}" for call in refused}))


def dataset_of(kind: str) -> str:
    """Return the dataset that an event of *kind* announces as synced, or an empty text for other kinds."""
    return _DATASET_BY_EVENT.get(kind, "")


def acknowledged_events(journal: Journal) -> list[tuple[Delivery, EventCreated]]:
    """Return each acknowledged delivery of a message from Fiskil, with the event that it delivers, in order."""
    events = {event.event: event for event in journal.all(EventCreated)}
    return [
        (delivery, events[delivery.event])
        for delivery in journal.all(Delivery)
        if delivery.is_acknowledged and delivery.is_authentic and delivery.event in events
    ]


def end_user_of(delivery: Delivery) -> str:
    """Return the ``end_user_id`` in a delivery's body, or an empty text if there is none."""
    return _field(delivery, "end_user_id")


def kind_of(delivery: Delivery) -> str:
    """Return the kind of event in a delivery's body, or an empty text if the body cannot be read."""
    return _field(delivery, "event")


def consent_of(delivery: Delivery) -> str:
    """Return the ``consent_id`` in a delivery's body, or an empty text if the body cannot be read."""
    return _field(delivery, "consent_id")


def fields_of(body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body of a message, request or response; empty if the body contains no object."""
    try:
        fields = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return {}
    return fields if isinstance(fields, dict) else {}


def rows_in(body: bytes) -> list[dict[str, Any]]:
    """Return the rows in the body of a response; empty if the journal has only the beginning of the body."""
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    tables = content.values() if isinstance(content, dict) else [content]
    lists = [table for table in tables if isinstance(table, list)]
    return [row for rows in lists for row in rows if isinstance(row, dict)]


SELECTING = ("account_id", "status", "service_point_id", "invoice_number")
"""Query parameters that select rows by the field of the same name."""
ENERGY_DAYS = ("read_start_date", "issue_date")
"""Fields with the day of an energy row."""
Selection = tuple[tuple[tuple[str, str], ...], datetime | None, datetime | None]
"""The selection of a read: fields with their values, and the begin and end of a period."""


def covers(call: Exchange, row: dict[str, Any]) -> bool:
    """Return True if the query parameters of *call*, a read of a dataset, select *row*. Source: data.time-filter"""
    return is_in(selection(call.query), row)


def is_in(selected: Selection, row: dict[str, Any]) -> bool:
    """Return True if a read with the selection *selected* selects *row*. Source: data.time-filter"""
    fields, since, until = selected
    if any(name in row and row[name] != value for name, value in fields):
        return False
    if since is None and until is None:
        return True
    moment = _instant(row.get("posting_date_time") or row.get("execution_date_time")) or day_of(row)
    return moment is not None and (since is None or moment >= since) and (until is None or moment <= until)


@lru_cache(maxsize=1024)
def selection(query: str) -> Selection:
    """Return what the query string *query* selects. All pages of a list have the same selection."""
    values = dict(parse_qsl(query, keep_blank_values=True))
    fields = tuple((name, values[name]) for name in SELECTING if values.get(name))
    since = _instant(values.get("from")) or _day(values.get("read_start_date.oldest"))
    until, newest = _instant(values.get("to")), _day(values.get("read_start_date.newest"))
    # The newest day itself may be left out. Source: energy.usage-dates
    return fields, since, until or (newest - timedelta(days=1) if newest else None)


def day_of(row: Mapping[str, Any]) -> datetime | None:
    """Return the beginning of the day of an energy row, such as the first day of a meter read; None for other rows."""
    return next((_day(row[name]) for name in ENERGY_DAYS if row.get(name)), None)


def _field(delivery: Delivery, name: str) -> str:
    if delivery.content:
        return delivery.content.get(name, "")
    nested = fields_of(delivery.body).get("data")
    return str(nested.get(name, "")) if isinstance(nested, dict) else ""


def _day(text: str | None) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text or ""), time.min, tzinfo=UTC)
    except ValueError:
        return None


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None
