"""What a bank holds at one instant, in the API's order: PENDING rows, then POSTED ones, newest first.

A statement never changes. It holds what differs from the regular rows, and makes those when somebody asks for a page.
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
    """Every row, or those that a filter leaves. Source: data.order"""

    def __init__(self, pending: Iterable[Transaction] = (), posted: Posted | None = None) -> None:
        self.pending = newest_first(pending)
        self.posted = posted or Posted()

    @classmethod
    def of(cls, rows: Sequence[Transaction]) -> "Statement":
        """The very rows that are given, if they are no statement yet."""
        if isinstance(rows, Statement):
            return rows
        posted = Posted(others=[row for row in rows if row.status != "PENDING"])
        return cls([row for row in rows if row.status == "PENDING"], posted)

    @classmethod
    def joined(cls, parts: Iterable[Sequence[Transaction]]) -> "Statement":
        """The rows of several lists as one, in order."""
        whole = [cls.of(sequence) for sequence in parts]
        if len(whole) == 1:
            return whole[0]
        posted = Posted(
            runs=tuple(run for statement in whole for run in statement.posted.runs),
            gone=[place for statement in whole for place in statement.posted.gone],
            others=[row for statement in whole for row in statement.posted.others],
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
        """The rows of these accounts, secondary categories and status, between two minutes; what is left empty fits all.

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
        """The accounts that have rows here."""
        return {row.account_id for row in self.pending} | self.posted.account_ids

    def recent(self, since: int) -> "Statement":
        """What is PENDING, and what was posted from a minute on. Source: sync.early-transactions"""
        return Statement(self.pending, self.posted.where(lambda *_: True, since=since, until=None))

    def plain(self) -> "Statement":
        """The same rows before their details are known. Source: sync.early-transactions"""
        return Statement(map(plain, self.pending), self.posted.plain())

    def categorised(self, chosen: dict[str, dict[str, str]]) -> "Statement":
        """The same with the rows of these ids in the categories that were chosen for them. Source: category.override"""
        found = {text: row for text in chosen if (row := self.find(text)) is not None}
        if not found:
            return self
        rows = {text: msgspec.structs.replace(row, category=chosen[text]) for text, row in found.items()}
        return Statement([rows.get(row.fiskil_id, row) for row in self.pending], self.posted.changed(rows))

    def find(self, fiskil_id: str) -> Transaction | None:
        """The row with this id; None if it is not here."""
        return next((row for row in self.pending if row.fiskil_id == fiskil_id), None) or self.posted.find(fiskil_id)

    def latest(self, kind: str) -> list[Transaction]:
        """POSTED rows of a type, newest first: of each movement the latest regular one, and every other that there is."""
        return self.posted.latest(kind)

    def position(self, fiskil_id: str) -> int | None:
        """Where the row with this id stands; None if it is not here."""
        waiting = [row.fiskil_id for row in self.pending]
        if fiskil_id in waiting:
            return waiting.index(fiskil_id)
        found = self.posted.position(fiskil_id)
        return None if found is None else len(waiting) + found

    def pending_cents(self) -> int:
        """What all PENDING rows come to."""
        return sum(cents_of(row.amount) for row in self.pending)

    def rows(self, start: int, stop: int) -> list[Transaction]:
        """The rows at these positions, as values."""
        ahead = len(self.pending)
        return [*self.pending[start:stop], *self.posted.rows(max(0, start - ahead), max(0, stop - ahead))]

    def texts(self, start: int, stop: int) -> list[str]:
        """The rows at these positions, as the wire has them."""
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
    """A page of a statement, none of whose rows is made yet."""

    def __init__(self, statement: Statement, places: range) -> None:
        self._statement, self._places = statement, places

    @property
    def wire(self) -> msgspec.Raw:
        """All of it as the wire has it, one after another."""
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
    """PENDING rows in order: by execution time, newest first, those without any last. Source: data.order"""
    ordered = sorted(rows, key=lambda row: row.key)
    ordered.sort(key=lambda row: row.execution_date_time or "", reverse=True)
    return ordered


def _is_between(row: Transaction, since: int | None, until: int | None) -> bool:
    """Source: data.time-filter"""
    if since is None and until is None:
        return True
    if row.execution_date_time is None:
        return False
    instant = instant_in(row.execution_date_time)
    return (since is None or instant >= since) and (until is None or instant <= until)
