"""Does the app show the latest values of rows that changed between two syncs?"""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Journal, Rows
from fiskil_harness.journal.queries.api_calls import TOKEN_NOT_RENEWED, is_in, never_tried_to_renew, reads, selection
from fiskil_harness.journal.queries.money_texts import amount_of
from fiskil_harness.journal.queries.old_values import (
    Slot,
    is_given,
    replaces,
    rows_with_own_changes,
    still_shows,
    values_by_slot,
)
from fiskil_harness.journal.queries.retention import dated
from fiskil_harness.journal.queries.rows import (
    Place,
    holds_value,
    last_effects,
    latest_rows,
    name_of_row,
    places,
    rows_read,
    state_before,
    syncs,
    why_not_required,
    why_still_busy,
)
from fiskil_harness.journal.queries.served_values import shown_fields
from fiskil_harness.journal.queries.unread_datasets import why_unread
from fiskil_harness.probes.probe import Finding, Probe

CLOSED_ACCOUNTS = "app.facts.shows_closed_accounts"

Row = dict[str, Any]
Changed = tuple[Row, Row]

RECENT = timedelta(days=7)
"""Age of rows, compared with the newest row, up to which an app must read them again after each event.

An app may read older rows again at another time, such as at night.
"""


class HoldsNewestValues(Probe, frozen=True, tag="holds_newest_values"):
    """Check that the app's state shows the new values of a row that changed between two syncs, not the old values.

    Only fields that the state showed before the change are judged, because an app stores only the fields that it needs. A
    field that the API no longer serves must not keep its old value. An app that reads a shorter period after an event than
    before must read at least the last days again.

    If only the sign of an amount changed, or if an app shows a changed value in a notation of its own, something
    must have changed in the app's record of the row that did not change in its other records.

    Args:
        dataset: The dataset that changed; "" means every dataset that the app reads.
    """

    dataset: str = "transactions"

    needs = (EFFECTS,)
    around = ("change", "change_every_field", "close_account", "remove_fields")
    expected = "the values of the latest sync"
    source = "data.changes"
    fix = (
        "after each event, read at least the last days again; "
        "each time you read a row with a known fiskil_id, update every column of it, "
        "unless a reading that began later has already stored it"
    )

    def examine(self, journal: Journal) -> Finding:
        """Compare the value of each changed field in the states before the change and at the end."""
        results = [_compare(journal, dataset) for dataset in ((self.dataset,) if self.dataset else _datasets_read(journal))]
        stale = tuple(line for result in results for line in sorted(result.stale))
        judged = sum(result.judged for result in results)
        if stale and never_tried_to_renew(journal, {rows.end_user_id for rows in journal.all(Rows)} - {""}):
            return self.inconclusive(TOKEN_NOT_RENEWED)
        if stale:
            changed = " and ".join(result.dataset for result in results if result.stale)
            observed = f"changed {changed} still show the old values after the app was notified of a new sync"
            return self.fails(observed, evidence=stale)
        unproven = [result for result in results if result.reason and (result.blocks_pass or not judged)]
        if unproven:
            return self.inconclusive(unproven[0].reason, hook=unproven[0].hook)
        if not results:
            return self.inconclusive("the app read no dataset")
        return self.passes(f"{judged} changed values are up to date", examined=judged)


class _Comparison(Struct, frozen=True, kw_only=True):
    """The changed values of one dataset in the app's state.

    ``stale`` names each field with an old value, ``judged`` counts the fields that the state shows. ``reason`` is the reason
    why nothing was judged, with the ``hook`` that would help. With ``blocks_pass`` it counts although fields were judged.
    """

    dataset: str
    stale: tuple[str, ...] = ()
    judged: int = 0
    reason: str = ""
    hook: str = ""
    blocks_pass: bool = False


def _datasets_read(journal: Journal) -> list[str]:
    """Return the datasets of which the app read rows, in alphabetical order."""
    served = {rows.dataset: rows for rows in journal.all(Rows) if not rows.participant}
    return sorted(name for name, rows in served.items() if reads(journal, name, rows.end_user_id))


def _compare(journal: Journal, dataset: str) -> _Comparison:
    rows, end = latest_rows(journal, dataset), last_effects(journal)
    reason, hook = why_not_required(journal, rows, dataset)
    if reason or rows is None or end is None:
        return _Comparison(dataset=dataset, reason=reason, hook=hook)
    first = _first_versions(journal, rows)
    unread = _changed(_read_before_only(journal, rows), first)
    unread_ids = {str(new["fiskil_id"]) for _, new in _recent(rows, unread)}
    changed = [*_changed(rows_read(journal, rows, since_s=rows.at_s), first), *_recent(rows, unread)]
    if not changed:
        not_read = f"the app did not read the changed rows of {dataset} again"
        return _Comparison(dataset=dataset, reason=not_read if unread else f"no row of {dataset} changed between two syncs")
    if not end.is_idle:
        reason, hook = why_still_busy(end)
        return _Comparison(dataset=dataset, reason=reason, hook=hook, blocks_pass=True)
    earlier = places(state_before(journal, rows.at_s), list(first))
    compared = _compare_fields(changed, first, unread_ids, earlier=earlier, state=end.state)
    if compared.stale or (compared.judged and not compared.unsigned):
        return _Comparison(dataset=dataset, stale=tuple(compared.stale), judged=compared.judged)
    reason, fact = why_unread(journal, dataset, rows.end_user_id)
    if compared.unsigned:
        reason = reason or f"the app's state does not show that {compared.unsigned[0]} changed its sign"
    if reason:
        return _Comparison(dataset=dataset, reason=reason, hook=fact, blocks_pass=bool(compared.unsigned))
    read_again = [pair for pair in changed if str(pair[1]["fiskil_id"]) not in unread_ids]
    return _judged_by_records(dataset, read_again, compared)


class _Compared(Struct, kw_only=True):
    """The changed fields that the state shows: lines about old values, the number, and amounts of which no sign is shown.

    ``now`` are the places of every row in the state, and ``updated`` the rows in which the app replaced a value.
    """

    now: dict[str, list[Place]]
    updated: set[str]
    stale: list[str] = []
    judged: int = 0
    unsigned: list[str] = []


def _compare_fields(
    changed: list[Changed], first: dict[str, Row], unread_ids: set[str], *, earlier: dict[str, list[Place]], state: Any
) -> _Compared:
    """Compare each field of the *changed* rows that the state showed before with the *state* after the change.

    Args:
        first: The first version of each row, by ``fiskil_id``.
        unread_ids: The rows that the app did not read again.
        earlier: The places of every row in the state before the change.
    """
    now = places(state, list(earlier))
    updated = rows_with_own_changes(earlier, now, [str(new["fiskil_id"]) for _, new in changed])
    compared = _Compared(now=now, updated=updated)
    for old, new in changed:
        fiskil_id = str(new["fiskil_id"])
        old_values, new_values = _values_of(old), _values_of(new)
        for field in _kept_fields(old_values, new_values, earlier, fiskil_id=fiskil_id, first=first):
            old_value, new_value = old_values[field], new_values.get(field)
            # If only the sign of an amount changed, an app may show that in a field of its own.
            if holds_value([old_value], new_value):
                if _keeps_minus(fiskil_id, field, first=first, now=now):
                    compared.stale.append(f"{name_of_row(new)}: {field} has the old sign")
                elif fiskil_id in updated:
                    compared.judged += 1
                else:
                    compared.unsigned.append(f"{field} of {name_of_row(new)}")
                continue
            is_old, is_new = _versions_shown(earlier[fiskil_id], now[fiskil_id], new, old_value, new_value)
            compared.judged += is_new or is_old
            if is_old and not is_new:
                cause = "" if is_given(new_value) else ", although the API no longer serves the field"
                cause = ", and the app did not read the row again" if fiskil_id in unread_ids else cause
                compared.stale.append(f"{name_of_row(new)}: {field} has the old value{cause}")
    return compared


def _keeps_minus(row_id: str, field: str, *, first: dict[str, Row], now: dict[str, list[Place]]) -> bool:
    """Return True if the row shows its old, negative amount in a slot in which other rows show theirs with the sign.

    Args:
        row_id: The ``fiskil_id`` of a row whose amount became positive.
        first: The first version of each row, by ``fiskil_id``.
        now: The places of each row in the state after the change.
    """
    served = {row: amount_of(version.get(field)) for row, version in first.items()}
    amounts = {row: amount for row, amount in served.items() if amount is not None and amount < 0}
    signed = Counter(slot for row, amount in amounts.items() for slot in _slots_with(now.get(row, []), amount))
    return row_id in amounts and any(signed[slot] > 1 for slot in _slots_with(now[row_id], amounts[row_id]))


def _slots_with(mentions: list[Place], amount: Decimal) -> set[Slot]:
    """Return the slots of a row that have *amount* with its sign, in dollars or cents."""
    slots = values_by_slot(mentions).items()
    return {slot for slot, values in slots if {amount, amount * 100} & set(map(amount_of, values))}


def _versions_shown(earlier: list[Place], now: list[Place], row: Row, old_value: Any, new_value: Any) -> tuple[bool, bool]:
    """Return whether the state certainly shows the old value of a field of *row*, and whether it shows the new one.

    Args:
        earlier: The places of the row before the change; ``now`` are those at the end.
        row: The newest version of the row.
    """
    if holds_value(list(row.values()), old_value):
        # Another field has the old value too. Only a place where the new one replaced it shows this field.
        return False, replaces(earlier, now, old_value, new_value)
    if not is_given(new_value):
        is_kept = still_shows(earlier, now, old_value)
        return bool(is_kept), is_kept is False
    return _is_shown(now, old_value), _is_shown(now, new_value)


def _judged_by_records(dataset: str, changed: list[Changed], compared: _Compared) -> _Comparison:
    """Return the comparison of the *changed* rows that the app read again, if the state shows none in the API's notation."""
    names = sorted({name for old, new in changed for name in _changed_fields(_values_of(old), _values_of(new))})
    reason, hook = _why_not_judged(changed, names, compared.now)
    if reason:
        return _Comparison(dataset=dataset, reason=reason, hook=hook)
    updated = compared.updated & {str(new["fiskil_id"]) for _, new in changed}
    if updated:
        return _Comparison(dataset=dataset, judged=len(updated))
    reason = f"the app's state does not show that {' and '.join(names)} changed"
    return _Comparison(dataset=dataset, reason=reason, hook=CLOSED_ACCOUNTS if names == ["open_status"] else "")


def _why_not_judged(changed: list[Changed], names: list[str], now: dict[str, list[Place]]) -> tuple[str, str]:
    """Return the reason why the records of the *changed* rows in the state prove nothing, and the missing hook.

    Args:
        names: The changed fields.
        now: The places of the rows in the state after the change.
    """
    if not changed:
        return "the app did not read the changed rows again", ""
    versions = {str(new["fiskil_id"]): [old, new] for old, new in changed}
    if not any(now[fiskil_id] for fiskil_id in versions):
        return "the app's state contains no fiskil_id of a changed row", STATE
    if not names:
        return "no changed field had a value before", ""
    last_names = {name.rpartition(".")[2] for name in names}
    wrong = next((field for field in shown_fields(now, versions) if field.name in last_names and not field.agrees), None)
    return (f"the app's state shows a value that the API never served: {wrong}", "") if wrong else ("", "")


def _first_versions(journal: Journal, rows: Rows) -> dict[str, Row]:
    """Return the first version of each row that the API served to the participant of *rows*, by ``fiskil_id``."""
    first: dict[str, Row] = {}
    for row in (row for sync in syncs(journal, rows.dataset, rows.participant) for row in sync.rows):
        first.setdefault(str(row["fiskil_id"]), row)
    return first


def _changed(latest: Iterable[Row], first: dict[str, Row]) -> list[Changed]:
    """Return the first and the latest version of each row in *latest* that changed."""
    versions = [(first[str(row["fiskil_id"])], row) for row in latest]
    return [(old, new) for old, new in versions if old != new]


def _read_before_only(journal: Journal, rows: Rows) -> list[Row]:
    """Return those of *rows* that the app's queries selected before the sync, and no query since."""
    calls = reads(journal, rows.dataset, rows.end_user_id)
    before = {selection(call.query) for call in calls if call.at_s < rows.at_s}
    since = {selection(call.query) for call in calls if call.at_s >= rows.at_s}
    if not since or before <= since:
        return []
    return [
        row
        for row in rows.rows
        if any(is_in(selected, row) for selected in before) and not any(is_in(selected, row) for selected in since)
    ]


def _recent(rows: Rows, changed: Iterable[Changed]) -> list[Changed]:
    """Return those of *changed* whose row is at most ``RECENT`` older than the newest of *rows*."""
    newest = max((date for row in rows.rows if (date := dated(row))), default=None)
    return [pair for pair in changed if newest and (date := dated(pair[1])) and newest - date <= RECENT]


def _values_of(row: Row) -> dict[str, Any]:
    """Return the fields of *row*; a field of a nested object has the name ``object.field``."""
    values: dict[str, Any] = {}
    for name, value in row.items():
        values |= {f"{name}.{part}": text for part, text in value.items()} if isinstance(value, dict) else {name: value}
    return values


def _kept_fields(
    old: dict[str, Any],
    new: dict[str, Any],
    earlier: dict[str, list[Place]],
    *,
    fiskil_id: str,
    first: dict[str, Row],
) -> list[str]:
    """Return the names of the changed fields whose old values the app's state showed before the change.

    Empty values are left out. A value that several rows share, such as a type, counts only if a row with another value
    showed that one: the state may contain the value for another reason.
    """
    return [
        name
        for name in _changed_fields(old, new)
        if _is_shown(earlier[fiskil_id], old[name]) and _belongs_to(name, old[name], earlier, first)
    ]


def _changed_fields(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the names of the fields that had a value and have another one now."""
    return [name for name, value in old.items() if is_given(value) and value != new.get(name)]


def _belongs_to(name: str, value: Any, earlier: dict[str, list[Place]], first: dict[str, Row]) -> bool:
    """Return True if the state shows the other values of the field *name* too, in the rows that have them.

    This is not required if all rows have the same value, or each another one.
    """
    values = {fiskil_id: _values_of(row).get(name) for fiskil_id, row in first.items()}
    different = {fiskil_id: other for fiskil_id, other in values.items() if other != value and is_given(other)}
    if not different or len(different) >= len(values) - 1:
        return True
    return any(
        _is_shown(earlier[fiskil_id], other) and not _is_shown(earlier[fiskil_id], value)
        for fiskil_id, other in different.items()
    )


def _is_shown(mentions: list[Place], value: Any) -> bool:
    return value is not None and any(holds_value(place.record, value) for place in mentions)
