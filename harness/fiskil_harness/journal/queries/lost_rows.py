"""Rows that a twin does not have, although their message was applied according to the app, and the other twins have them."""

from collections.abc import Mapping

from msgspec import Struct

from fiskil_harness.journal import ConsentState, EventCreated, Journal, Rows
from fiskil_harness.journal.queries.api_calls import (
    acknowledged_events,
    calls,
    dataset_of,
    dataset_read,
    is_complete_success,
)
from fiskil_harness.journal.queries.rows import last_effects, latest_rows, shown

TWINS = ("a", "c")
"""The twins whose deliveries nothing disturbs."""


class LostRows(Struct, frozen=True, kw_only=True):
    """The rows of *dataset* of which the app shows fewer for *participant* than for the other twins.

    *held* and *held_by_twins* are the numbers of rows that it shows. *events* announced the rows to the app.
    """

    participant: str
    dataset: str
    held: int
    held_by_twins: int
    events: tuple[EventCreated, ...]


def lost_rows(journal: Journal, counts: Mapping[str, int]) -> LostRows | None:
    """Return the first rows that the app has lost for a twin; None if it has lost none, or if that is not certain.

    The app must have reported to be idle. After its last failed call, it must have read data of the twin: an app that reads
    nothing may still wait for the API to recover.

    Args:
        counts: How often the app applied each message, by message id.
    """
    events = [event for _, event in acknowledged_events(journal)]
    for name in sorted({event.participant for event in events} - {*TWINS, ""}):
        for dataset in sorted({dataset_of(event.kind) for event in events if event.participant == name} - {""}):
            own = [event for event in events if dataset_of(event.kind) == dataset]
            if _are_applied(own, name, counts) and (lost := _lost(journal, dataset, name, own)) is not None:
                return lost
    return None


def _are_applied(own: list[EventCreated], name: str, counts: Mapping[str, int]) -> bool:
    """Return True if the app applied the same kinds of events of a dataset for the twin *name* and for the other twins."""
    applied = [event for event in own if counts.get(event.message_id)]
    kinds = {twin: {event.kind for event in applied if event.participant == twin} for twin in (name, *TWINS)}
    return bool(kinds[name]) and all(kinds[name] == kinds[twin] for twin in TWINS)


def _lost(journal: Journal, dataset: str, name: str, own: list[EventCreated]) -> LostRows | None:
    served = {twin: latest_rows(journal, dataset, twin) for twin in (name, *TWINS)}
    rows = served[name]
    if rows is None or len({len(each.rows) if each is not None else -1 for each in served.values()}) != 1:
        return None
    held, *held_by_twins = (_held(journal, twin, each) for twin, each in served.items())
    if held is None or len(set(held_by_twins)) != 1 or held >= (held_by_twins[0] or 0):
        return None
    if not _is_active(journal, name) or not _has_read_since_failure(journal, rows):
        return None
    return LostRows(
        participant=name,
        dataset=dataset,
        held=held,
        held_by_twins=held_by_twins[0] or 0,
        events=tuple(event for event in own if event.participant == name),
    )


def _held(journal: Journal, twin: str, rows: Rows | None) -> int | None:
    """Return how many of *rows* the app shows for *twin* at the end; None if it has not reported to be idle."""
    end = last_effects(journal, twin)
    if rows is None or end is None or end.state is None or not end.has_reported_idle:
        return None
    return len(shown(end.state, [str(row["fiskil_id"]) for row in rows.rows if "fiskil_id" in row]))


def _is_active(journal: Journal, name: str) -> bool:
    consents = {consent.consent_id: consent for consent in journal.all(ConsentState) if consent.participant == name}
    return bool(consents) and all(consent.is_active for consent in consents.values())


def _has_read_since_failure(journal: Journal, rows: Rows) -> bool:
    """Return True if a read of the end user's data succeeded after the last call that failed."""
    own = [call for call in calls(journal) if call.end_user_id == rows.end_user_id and dataset_read(call)]
    last_failure_s = max((call.ended_s for call in calls(journal) if not is_complete_success(call)), default=rows.at_s)
    return any(is_complete_success(call) and call.at_s > last_failure_s for call in own)
