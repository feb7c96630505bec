"""The transactions of bank accounts at one time, in the API's order: PENDING rows, then POSTED rows, newest first.

A statement is immutable. It stores only differences from the regular rows, and generates rows when a page is requested.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import overload

import msgspec

from fiskil_harness.core.model import Transaction
from fiskil_harness.sandbox.bank.amounts import cents_of
from fiskil_harness.sandbox.bank.days import instant_in
from fiskil_harness.sandbox.bank.posted_rows import Posted, category_of
from fiskil_harness.sandbox.bank.series import plain

_AT_ONCE = 500


class Statement(Sequence[Transaction]):
    """All transactions of bank accounts at one time, or those that match a filter. Source: data.order"""

    def __init__(self, pending: Iterable[Transaction] = (), posted: Posted | None = None) -> None:
        self.pending = newest_first(pending)
        self.posted = posted or Posted()

    @classmethod
    def of(cls, rows: Sequence[Transaction]) -> "Statement":
        """Return *rows* as a statement; if *rows* is a statement, return it unchanged."""
        if isinstance(rows, Statement):
            return rows
        posted = Posted(extra=[row for row in rows if row.status != "PENDING"])
        return cls([row for row in rows if row.status == "PENDING"], posted)

    @classmethod
    def joined(cls, parts: Iterable[Sequence[Transaction]]) -> "Statement":
        """Return the rows of several lists as one statement, in order."""
        whole = [cls.of(part) for part in parts]
        if len(whole) == 1:
            return whole[0]
        posted = Posted(
            runs=tuple(run for statement in whole for run in statement.posted.runs),
            removed=[place for statement in whole for place in statement.posted.removed],
            extra=[row for statement in whole for row in statement.posted.extra],
        )
        return cls([row for statement in whole for row in statement.pending], posted)

    def where(
        self,
        *,
        account_ids: Collection[str] = (),
        categories: Collection[str] = (),
        status: str = "",
        since: int | None = None,
        until: int | None = None,
    ) -> "Statement":
        """Return the rows that match all filters: account, secondary category, status, first and last minute.

        An empty filter matches all rows.

        Source: data.time-filter, data.category-filter
        """

        def fits(account_id: str, category: str) -> bool:
            return (not account_ids or account_id in account_ids) and (not categories or category in categories)

        pending = [row for row in self.pending if fits(row.account_id, category_of(row)) and _is_between(row, since, until)]
        return Statement(
            () if status == "POSTED" else pending,
            Posted() if status == "PENDING" else self.posted.where(fits, since=since, until=until),
        )

    @property
    def account_ids(self) -> set[str]:
        """Return the ids of the accounts that have rows in this statement."""
        return {row.account_id for row in self.pending} | self.posted.account_ids

    def recent(self, since: int) -> "Statement":
        """Return the PENDING rows, and the rows posted from minute *since* on. Source: sync.early-transactions"""
        return Statement(self.pending, self.posted.where(lambda *_: True, since=since, until=None))

    def plain(self) -> "Statement":
        """Return the same rows without the details that a later sync adds. Source: sync.early-transactions"""
        return Statement(map(plain, self.pending), self.posted.plain())

    def categorised(self, chosen: dict[str, dict[str, str]]) -> "Statement":
        """Return the same rows; *chosen* replaces the category of rows by their ``fiskil_id``. Source: category.override"""
        rows_by_id = {fiskil_id: row for fiskil_id in chosen if (row := self.find(fiskil_id)) is not None}
        if not rows_by_id:
            return self
        changed = {
            fiskil_id: msgspec.structs.replace(row, category=chosen[fiskil_id]) for fiskil_id, row in rows_by_id.items()
        }
        return Statement([changed.get(row.fiskil_id, row) for row in self.pending], self.posted.changed(changed))

    def find(self, fiskil_id: str) -> Transaction | None:
        """Return the row with this id; None if the statement does not contain it."""
        return next((row for row in self.pending if row.fiskil_id == fiskil_id), None) or self.posted.find(fiskil_id)

    def latest(self, kind: str) -> list[Transaction]:
        """Return POSTED rows of type *kind*, newest first: the latest regular row of each movement, and every extra row."""
        return self.posted.latest(kind)

    def position(self, fiskil_id: str) -> int | None:
        """Return the position of the row with this id; None if the statement does not contain it."""
        pending_ids = [row.fiskil_id for row in self.pending]
        if fiskil_id in pending_ids:
            return pending_ids.index(fiskil_id)
        position = self.posted.position(fiskil_id)
        return None if position is None else len(pending_ids) + position

    def pending_cents(self) -> int:
        """Return the sum of all PENDING rows in cents."""
        return sum(cents_of(row.amount) for row in self.pending)

    def rows(self, start: int, stop: int) -> list[Transaction]:
        """Return the rows from position *start* up to but excluding *stop*, as ``Transaction`` values."""
        ahead = len(self.pending)
        return [*self.pending[start:stop], *self.posted.rows(max(0, start - ahead), max(0, stop - ahead))]

    def texts(self, start: int, stop: int) -> list[str]:
        """Return the rows from position *start* up to but excluding *stop*, as JSON text."""
        ahead = len(self.pending)
        written = [bytes(row.wire).decode() for row in self.pending[start:stop]]
        return written + self.posted.texts(max(0, start - ahead), max(0, stop - ahead))

    def __len__(self) -> int:
        return len(self.pending) + len(self.posted)

    @overload
    def __getitem__(self, at: int) -> Transaction: ...

    @overload
    def __getitem__(self, at: slice) -> "Stretch": ...

    def __getitem__(self, at: int | slice) -> "Transaction | Stretch":
        places = range(len(self))[at]
        return Stretch(self, places) if isinstance(places, range) else self.rows(places, places + 1)[0]

    def __iter__(self) -> Iterator[Transaction]:
        return iter(self[:])


class Stretch(Sequence[Transaction]):
    """A page of a statement; its rows are generated when they are requested."""

    def __init__(self, statement: Statement, places: range) -> None:
        self._statement, self._places = statement, places

    @property
    def wire(self) -> msgspec.Raw:
        """Return the page as a JSON array."""
        return msgspec.Raw(f"[{','.join(self._statement.texts(self._places.start, self._places.stop))}]".encode())

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> Transaction: ...

    @overload
    def __getitem__(self, at: slice) -> "Stretch": ...

    def __getitem__(self, at: int | slice) -> "Transaction | Stretch":
        places = self._places[at]
        return Stretch(self._statement, places) if isinstance(places, range) else self._statement[places]

    def __iter__(self) -> Iterator[Transaction]:
        places = self._places
        if places.step != 1:
            yield from (self._statement[place] for place in places)
            return
        for start in range(places.start, places.stop, _AT_ONCE):
            yield from self._statement.rows(start, min(start + _AT_ONCE, places.stop))


def newest_first(rows: Iterable[Transaction]) -> list[Transaction]:
    """Return PENDING rows by execution time, newest first; rows without an execution time are last. Source: data.order"""
    ordered = sorted(rows, key=lambda row: row.key)
    ordered.sort(key=lambda row: row.execution_date_time or "", reverse=True)
    return ordered


def _is_between(row: Transaction, since: int | None, until: int | None) -> bool:
    """Return True if a PENDING row was executed between the two minutes; None is no limit. Source: data.time-filter"""
    if since is None and until is None:
        return True
    if row.execution_date_time is None:
        return False
    instant = instant_in(row.execution_date_time)
    return (since is None or instant >= since) and (until is None or instant <= until)
