"""Rows that the app's state shows under an account that is not theirs.

An account is named by a text that is its ``fiskil_id`` or ``account_id``. A row may name its account itself, or be inside an
object or a member that does, such as ``{"pots": [{"ref": "acc_1", "entries": [...]}]}``.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec import Struct

Row = dict[str, Any]
Named = dict[str, str]
"""The accounts that one object names directly, by path."""

ACCOUNT = "account_id"
IDS = (ACCOUNT, "fiskil_id")


class _Placement(Struct, frozen=True):
    """One occurrence of a row: accounts that its record names, and those of the nearest object around it that names any."""

    row_id: str
    by_record: Named
    by_parent: Named


def misplaced_rows(state: Any, rows: Mapping[str, list[Row]], accounts: Iterable[Row]) -> set[str]:
    """Return the ids of *rows* that *state* shows under other accounts only.

    A field of the row's record counts if the API has the same name for it, or if it has the right account in most rows. An
    object around the row counts if an object at the same path names the right account: otherwise it may name another account
    for another reason.

    Args:
        state: The app's state, any JSON document.
        rows: The versions of each row of one dataset, by ``fiskil_id``.
        accounts: The rows of the accounts that the API served.
    """
    owners = {fiskil_id: {str(row[ACCOUNT]) for row in versions if ACCOUNT in row} for fiskil_id, versions in rows.items()}
    placements, named = _placements(state, {fiskil_id for fiskil_id, owner in owners.items() if owner}, _names(accounts))
    fields = Counter(path for placement in placements for path in placement.by_record)
    right = Counter(
        path for each in placements for path, account in each.by_record.items() if account in owners[each.row_id]
    )
    telling = {path for path in fields if path.endswith(f".{ACCOUNT}") or right[path] * 2 > fields[path]}

    def is_wrong(placement: _Placement) -> bool:
        owner, parent, record = owners[placement.row_id], placement.by_parent, placement.by_record
        if parent and not owner & set(parent.values()) and any(owner & named[path] for path in parent):
            return True
        return not telling.isdisjoint(record) and not owner & set(record.values())

    wrong = {each.row_id for each in placements if is_wrong(each)}
    return wrong - {each.row_id for each in placements if (each.by_record or each.by_parent) and not is_wrong(each)}


def _names(accounts: Iterable[Row]) -> Named:
    """Return the account of each text that names one account only."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in accounts:
        for name in IDS if ACCOUNT in row else ():
            found[str(row.get(name))].add(str(row[ACCOUNT]))
    return {text: next(iter(named)) for text, named in found.items() if len(named) == 1}


def _placements(state: Any, row_ids: Collection[str], accounts: Named) -> tuple[list[_Placement], Mapping[str, set[str]]]:
    """Return every occurrence of a row in *state*, and the accounts that are named at each path."""
    placements: list[_Placement] = []
    named: defaultdict[str, set[str]] = defaultdict(set)
    stack: list[tuple[str, Any, Named]] = [("$", state, {})]
    while stack:
        path, node, around = stack.pop()
        if isinstance(node, list):
            stack.extend((f"{path}[*]", value, around) for value in node)
        if not isinstance(node, dict):
            continue
        texts = {f"{path}.{name}": value for name, value in node.items() if isinstance(value, str)}
        own = {place: accounts[text] for place, text in texts.items() if text in accounts}
        shown = [text for text in texts.values() if text in row_ids]
        placements += [_Placement(text, own, around) for text in shown]
        # A row inside another row, such as the other side of a transfer, is not under the account of that row.
        inside = {} if shown else own or around
        for place, account in own.items():
            named[place].add(account)
        for name, value in node.items():
            key = {f"{path}.*": accounts[name]} if name in accounts else {}
            for place, account in key.items():
                named[place].add(account)
            stack.append((f"{path}.{'*' if key else name}", value, key or inside))
    return placements, named
