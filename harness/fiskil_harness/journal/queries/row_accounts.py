"""Rows that the app's state shows inside an account that is not theirs, or with the ``account_id`` of another account.

An object is an account if it names one by its ``fiskil_id`` or ``account_id``, itself or by its key, and also shows another
value of the same account, such as its name or the end of its number. An object that only names an account may do so for
another reason: it may be a transfer, a savings goal, or a day with its busiest account.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

Row = dict[str, Any]

ACCOUNT = "account_id"
IDS = (ACCOUNT, "fiskil_id")
NAMES = ("display_name", "nickname", "product_name", "account_name", "masked_number", "account_number")
"""Fields of an account by which people know it."""
ENDING = 4
"""Number of the last letters of an account number that apps show."""
MOST_NAMED = 8
"""An object that names more accounts than this is no record of one of them."""


class _Account(Struct, frozen=True):
    """One account of the state: its ``account_id``, and the path of its object."""

    account: str
    path: str


class _Placement(Struct, frozen=True):
    """One occurrence of a row: the path and ``account_id`` of its record, all accounts named around it, and its account."""

    row_id: str
    path: str
    account_id: str
    named: frozenset[str]
    inside: _Account | None


def misplaced_rows(state: Any, rows: Mapping[str, list[Row]], accounts: Collection[Row]) -> set[str]:
    """Return the ids of *rows* that *state* shows under other accounts only.

    A row is not judged if the state does not show its own account as an account, at the same place as the other one.

    Args:
        state: The app's state, any JSON document.
        rows: The versions of each row of one dataset, by ``fiskil_id``.
        accounts: The rows of the accounts that the API served.
    """
    owners = {fiskil_id: {str(row[ACCOUNT]) for row in versions if row.get(ACCOUNT)} for fiskil_id, versions in rows.items()}
    search = _Search({fiskil_id for fiskil_id, owner in owners.items() if owner}, accounts)
    search.run(state)
    shown = search.accounts
    at_path: defaultdict[str, set[str]] = defaultdict(set)
    for placement in search.placements:
        at_path[placement.path].add(placement.row_id)
    main = max(at_path, key=lambda path: len(at_path[path]), default="")

    def is_wrong(placement: _Placement) -> bool:
        owner, inside = owners[placement.row_id], placement.inside
        if owner & placement.named:
            return False
        if inside and any(_Account(each, inside.path) in shown for each in owner):
            return True
        return placement.path == main and bool(placement.account_id) and bool(owner & {each.account for each in shown})

    wrong = {each.row_id for each in search.placements if is_wrong(each)}
    return wrong - {each.row_id for each in search.placements if owners[each.row_id] & each.named}


class _Search:
    """The accounts and the rows that a state shows."""

    def __init__(self, row_ids: Collection[str], accounts: Iterable[Row]) -> None:
        self._row_ids = row_ids
        self._names, self._values = _texts_of(accounts)
        self.accounts: set[_Account] = set()
        self.placements: list[_Placement] = []

    def run(self, state: Any) -> None:
        """Visit every object of *state*."""
        stack: list[tuple[str, Any, str, frozenset[str], _Account | None]] = [("$", state, "", frozenset(), None)]
        while stack:
            path, node, key, named, inside = stack.pop()
            if isinstance(node, list):
                named |= {self._names[key]} if key in self._names else set()
                stack.extend((f"{path}[*]", value, "", named, inside) for value in node)
            if not isinstance(node, dict):
                continue
            texts = {name: value for name, value in node.items() if isinstance(value, str)}
            own = {self._names[text] for text in (key, *texts.values()) if text in self._names}
            shown = [text for text in texts.values() if text in self._row_ids]
            account_id = self._names.get(texts.get(ACCOUNT, ""), "")
            self.placements += [_Placement(text, path, account_id, named | own, inside) for text in shown]
            is_of = next(iter(own)) if len(own) == 1 and self._is_account(node, next(iter(own))) else ""
            if is_of:
                inside = _Account(is_of, path)
                self.accounts.add(inside)
            elif shown:
                # A row inside another row, such as the other side of a transfer, is not inside the account of that row.
                inside = None
            around = named | own if len(own) <= MOST_NAMED else named
            stack.extend(
                (f"{path}.{'*' if name in self._names else name}", value, name, around, inside)
                for name, value in node.items()
            )

    def _is_account(self, node: Row, account: str) -> bool:
        """Return True if *node* shows, outside lists, another value of *account* than its ids."""
        return any(self._values.get(text) == account for text in _texts_in(node))


def _texts_of(accounts: Iterable[Row]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the account of each id, and that of each name and number that only one account has."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    values: defaultdict[str, set[str]] = defaultdict(set)
    for row in accounts:
        account = row.get(ACCOUNT)
        texts = {name: value for name, value in row.items() if isinstance(value, str) and value}
        for name, value in texts.items() if isinstance(account, str) else ():
            if name in IDS:
                named[value].add(str(account))
            elif name in NAMES:
                values[value].add(str(account))
                values[value[-ENDING:]].add(str(account))
    return _unique(named), _unique(values)


def _unique(texts: Mapping[str, set[str]]) -> dict[str, str]:
    return {text: next(iter(accounts)) for text, accounts in texts.items() if len(accounts) == 1}


def _texts_in(node: Row) -> Iterator[str]:
    stack = [node]
    while stack:
        for value in stack.pop().values():
            if isinstance(value, str):
                yield value
            elif isinstance(value, dict):
                stack.append(value)
