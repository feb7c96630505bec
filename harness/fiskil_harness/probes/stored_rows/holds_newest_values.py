"""Does the app show the latest values of rows that changed between two syncs?"""

from typing import Any

from msgspec import Struct

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Journal, Rows
from fiskil_harness.journal.queries.api_calls import TOKEN_NOT_RENEWED, never_tried_to_renew, reads
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
from fiskil_harness.journal.queries.unread_datasets import why_unread
from fiskil_harness.probes.probe import Finding, Probe

Changed = tuple[dict[str, Any], dict[str, Any]]


class HoldsNewestValues(Probe, frozen=True, tag="holds_newest_values"):
    """Check that the app's state shows the new values of a row that changed between two syncs, not the old values.

    Only fields that the state showed before the change are judged, because an app stores only the fields that it needs.

    Args:
        dataset: The dataset that changed; "" means every dataset that the app reads.
    """

    dataset: str = "transactions"

    needs = (EFFECTS,)
    around = ("change", "change_every_field", "close_account")
    expected = "the values of the latest sync"
    source = "data.changes"
    fix = (
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
            return self.fails(observed, evidence=stale, examined=judged)
        unproven = [result for result in results if result.reason and (result.is_busy or not judged)]
        if unproven:
            return self.inconclusive(unproven[0].reason, hook=unproven[0].hook)
        if not results:
            return self.inconclusive("the app read no dataset")
        return self.passes(f"{judged} changed values are up to date", examined=judged)


class _Comparison(Struct, frozen=True, kw_only=True):
    """The changed values of one dataset in the app's state.

    ``stale`` names each field with an old value, ``judged`` counts the fields that the state shows. ``reason`` is the reason
    why nothing was judged, with the ``hook`` that would help; ``is_busy`` is True if a later state may differ.
    """

    dataset: str
    stale: tuple[str, ...] = ()
    judged: int = 0
    reason: str = ""
    hook: str = ""
    is_busy: bool = False


def _datasets_read(journal: Journal) -> list[str]:
    """Return the datasets of which the app read rows, in alphabetical order."""
    served = {rows.dataset: rows for rows in journal.all(Rows) if not rows.participant}
    return sorted(name for name, rows in served.items() if reads(journal, name, rows.end_user_id))


def _compare(journal: Journal, dataset: str) -> _Comparison:
    rows, end = latest_rows(journal, dataset), last_effects(journal)
    reason, hook = why_not_required(journal, rows, dataset)
    if reason or rows is None or end is None:
        return _Comparison(dataset=dataset, reason=reason, hook=hook)
    changed = _changed(journal, rows)
    if not changed:
        return _Comparison(dataset=dataset, reason=f"no row of {dataset} changed between two syncs")
    if not end.is_idle:
        reason, hook = why_still_busy(end)
        return _Comparison(dataset=dataset, reason=reason, hook=hook, is_busy=True)
    first = _first_versions(journal, rows)
    earlier = places(state_before(journal, rows.at_s), list(first))
    now = places(end.state, [str(new["fiskil_id"]) for _, new in changed])
    stale: list[str] = []
    judged = 0
    for old, new in changed:
        fiskil_id = str(new["fiskil_id"])
        old_values, new_values = _values_of(old), _values_of(new)
        for field in _kept_fields(old_values, new_values, earlier, fiskil_id=fiskil_id, first=first):
            is_new = _is_shown(now[fiskil_id], new_values.get(field))
            is_old = _is_shown(now[fiskil_id], old_values[field])
            judged += is_new or is_old
            if is_old and not is_new:
                stale.append(f"{name_of_row(new)}: {field} has the old value")
    if not judged:
        reason, fact = why_unread(journal, dataset, rows.end_user_id)
        if reason:
            return _Comparison(dataset=dataset, reason=reason, hook=fact)
        is_named = any(now[str(new["fiskil_id"])] for _, new in changed)
        fields = ", ".join(
            sorted({name for old, new in changed for name in _changed_fields(_values_of(old), _values_of(new))})
        )
        missing = f"changed value in the API's notation ({fields})" if is_named else "fiskil_id of a changed row"
        return _Comparison(dataset=dataset, reason=f"the app's state contains no {missing}", hook=STATE)
    return _Comparison(dataset=dataset, stale=tuple(stale), judged=judged)


def _first_versions(journal: Journal, rows: Rows) -> dict[str, dict[str, Any]]:
    """Return the first version of each row that the API served to the participant of *rows*, by ``fiskil_id``."""
    first: dict[str, dict[str, Any]] = {}
    for row in (row for sync in syncs(journal, rows.dataset, rows.participant) for row in sync.rows):
        first.setdefault(str(row["fiskil_id"]), row)
    return first


def _changed(journal: Journal, rows: Rows) -> list[Changed]:
    """Return the first and the latest version of each changed row that the app's queries select."""
    first = _first_versions(journal, rows)
    latest = rows_read(journal, rows, since_s=rows.at_s)
    return [(first[str(row["fiskil_id"])], row) for row in latest if first[str(row["fiskil_id"])] != row]


def _values_of(row: dict[str, Any]) -> dict[str, Any]:
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
    first: dict[str, dict[str, Any]],
) -> list[str]:
    """Return the names of the changed fields whose old values the app's state showed before the change.

    Empty values are left out, and values that another field of the new row has too. A value that several rows share, such as
    a type, counts only if a row with another value showed that one: the state may contain the value for another reason.
    """
    return [
        name
        for name in _changed_fields(old, new)
        if not holds_value(list(new.values()), old[name])
        and _is_shown(earlier[fiskil_id], old[name])
        and _belongs_to(name, old[name], earlier, first)
    ]


def _changed_fields(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the names of the fields that had a value and have another one now."""
    return [name for name, value in old.items() if _is_given(value) and value != new.get(name)]


def _belongs_to(name: str, value: Any, earlier: dict[str, list[Place]], first: dict[str, dict[str, Any]]) -> bool:
    """Return True if the state shows the other values of the field *name* too, in the rows that have them.

    This is not required if all rows have the same value, or each another one.
    """
    values = {fiskil_id: _values_of(row).get(name) for fiskil_id, row in first.items()}
    different = {fiskil_id: other for fiskil_id, other in values.items() if other != value and _is_given(other)}
    if not different or len(different) >= len(values) - 1:
        return True
    return any(
        _is_shown(earlier[fiskil_id], other) and not _is_shown(earlier[fiskil_id], value)
        for fiskil_id, other in different.items()
    )


def _is_given(value: Any) -> bool:
    return value is not None and value != ""


def _is_shown(mentions: list[Place], value: Any) -> bool:
    return value is not None and any(holds_value(place.record, value) for place in mentions)
