"""Rows that the app's state shows inside an account that is not theirs, or with the account id of another account.

An object is an account if it names one by its ``fiskil_id`` or ``account_id``, itself or by its key, and also shows another
value of the same account, such as its name or the end of its number. An object that only names an account may do so for
another reason: it may be a transfer, a savings goal, or a day with its busiest account.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from typing import Any

from msgspec import Struct

from fiskil_harness.journal.queries.rows import general_name

Row = dict[str, Any]

ACCOUNTS = ("accounts", "energy_accounts")
"""Datasets whose rows are accounts."""
ACCOUNT = "account_id"
ACCOUNT_ID_NAMES = frozenset({"accountid", "account"})
"""Names of a row's field for the id of its account, in small letters and without signs between the words."""
IDS = (ACCOUNT, "fiskil_id")
NAMES = ("display_name", "nickname", "product_name", "account_name", "masked_number", "account_number")
"""Fields of an account by which people know it."""
ENDING = 4
"""Number of the last letters of an account number that apps show."""


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

    A row is judged where most rows are: elsewhere, a goal or a notification may refer to it. It is not judged if the state
    does not show its own account, as an object at the path of the other one's, or anywhere for the account id in a row.

    Args:
        state: The app's state, any JSON document.
        rows: The versions of each row of one dataset, by ``fiskil_id``.
        accounts: The rows of the accounts that the API served.
    """
    owners = {fiskil_id: {str(row[ACCOUNT]) for row in versions if row.get(ACCOUNT)} for fiskil_id, versions in rows.items()}
    search = _Search({fiskil_id for fiskil_id, owner in owners.items() if owner}, accounts)
    search.run(state)
    shown = {each.account for each in search.accounts}
    rows_at: defaultdict[str, set[str]] = defaultdict(set)
    for placement in search.placements:
        rows_at[placement.path].add(placement.row_id)
    most = max(map(len, rows_at.values()), default=0)

    def is_wrong(placement: _Placement) -> bool:
        owner, inside = owners[placement.row_id], placement.inside
        is_inside_another = inside is not None and any(_Account(each, inside.path) in search.accounts for each in owner)
        return is_inside_another or (bool(placement.account_id) and not owner.isdisjoint(shown))

    main = [each for each in search.placements if len(rows_at[each.path]) == most]
    right = {each.row_id for each in search.placements if owners[each.row_id] & each.named}
    return {each.row_id for each in main if is_wrong(each)} - right


class _Search:
    """The accounts and the rows that a state shows."""

    def __init__(self, row_ids: Set[str], accounts: Iterable[Row]) -> None:
        self._row_ids = row_ids
        self._names, self._values = _texts_of(accounts)
        self._ids = row_ids | self._names.keys()
        self.accounts: set[_Account] = set()
        self.placements: list[_Placement] = []

    def run(self, state: Any) -> None:
        """Visit every object of *state*."""
        stack: list[tuple[str, Any, str, frozenset[str], _Account | None]] = [("$", state, "", frozenset(), None)]
        while stack:
            path, node, key, named, inside = stack.pop()
            if isinstance(node, list):
                named |= self._accounts_in((key,))
                stack.extend((f"{path}[*]", value, "", named, inside) for value in node)
            if not isinstance(node, dict):
                # A list or a table may refer to a row by its id alone.
                alone = {key, node} if isinstance(node, str) and not key else {key}
                self.placements += [_Placement(each, path, "", named, inside) for each in alone & self._row_ids]
                continue
            texts = {name: value for name, value in node.items() if isinstance(value, str)}
            own = {self._names[text] for text in (key, *texts.values()) if text in self._names}
            shown = {text for text in (key, *texts.values()) if text in self._row_ids}
            account_id = next((self._names.get(text, "") for name, text in texts.items() if _is_account_id(name)), "")
            around = named | own
            # Beside its own account, a row may name the account on the other side, as a transfer does; an object of two rows
            # is such a transfer.
            known = around | self._accounts_in((key, *_texts_in(node)))
            of_one = account_id if len(shown) == 1 else ""
            self.placements += [_Placement(text, path, of_one, known, inside) for text in shown]
            is_of = next(iter(own)) if len(own) == 1 and self._is_account(node, next(iter(own))) else ""
            if is_of:
                inside = _Account(is_of, path)
                self.accounts.add(inside)
            elif shown:
                # A row inside another row, such as the other side of a transfer, is not inside the account of that row.
                inside = None
            stack.extend(
                (f"{path}.{general_name(name, is_table=name in self._ids)}", value, name, around, inside)
                for name, value in node.items()
            )

    def _accounts_in(self, texts: Iterable[str]) -> frozenset[str]:
        """Return the accounts that *texts* name by an id, a name or a number."""
        return frozenset(each[text] for text in texts for each in (self._names, self._values) if text in each)

    def _is_account(self, node: Row, account: str) -> bool:
        """Return True if *node* shows, outside lists, another value of *account* than its ids."""
        return any(self._values.get(text) == account for text in _texts_in(node))


def _is_account_id(name: str) -> bool:
    """Return True if *name* is ``account_id`` in the notation of any language, such as ``accountId``, or ``account``."""
    return name.replace("_", "").replace("-", "").casefold() in ACCOUNT_ID_NAMES


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
