"""What is PENDING, and what becomes of it: in a slot one purchase waits at a time, and the next comes when it is due.

A purchase waits two to four days, as its slot has it, and the slot may be empty until the next; so what is pending at any
instant, and what was posted from it before, is found without the days between. Where some vanish, it is every fourth.
"""

import msgspec

from fiskil_harness.core.model import Transaction
from fiskil_harness.core.randomness import RowIds
from fiskil_harness.sandbox.bank.amounts import Amounts
from fiskil_harness.sandbox.bank.days import instant_of, text_of
from fiskil_harness.sandbox.bank.pending_schedule import Turns
from fiskil_harness.sandbox.bank.series import MORNING, Days, Place, Series
from fiskil_harness.sandbox.bank.timeline import Run

SHARE = 4


class Slot:
    """A place in which purchases wait, one after another, counted from 0."""

    def __init__(
        self,
        *,
        key: str,
        number: int,
        place: int,
        turns: Turns,
        last: int,
        sample: Transaction,
        amounts: Amounts,
        ids: RowIds,
        salt: int,
    ) -> None:
        """Let the first purchase wait since the morning after *last*, the last day of the history.

        Every other slot's rows have an execution time while they wait; after that theirs is unknown too.

        Source: data.pending-dates
        """
        self.key, self.number, self._place, self._last = key, number, place, last
        self.waits_days, self.every_days = turns.waits_days, turns.every_days
        self._sample = sample if place % 2 else msgspec.structs.replace(sample, execution_date_time=None)
        self._amounts, self._ids, self._salt = amounts, ids, salt
        self._made: dict[bool, Series] = {}

    @property
    def account_id(self) -> str:
        """The account whose purchases wait here."""
        return self._sample.account_id

    def posted(self, days: int) -> int:
        """How many purchases were posted within so many days."""
        return (days - self.waits_days) // self.every_days + 1

    def waiting(self, days: int) -> Transaction | None:
        """The purchase that waits after so many days; None while the next is still to come."""
        turn, since = divmod(days, self.every_days)
        return self.pending(turn) if since < self.waits_days else None

    def pending(self, turn: int) -> Transaction:
        """A purchase while it waits. Source: data.pending-dates"""
        key = self.key if turn == 0 else f"{self.key}:{turn}"
        ids = self._ids.of(key, self.number, turn)
        self._ids.note(key, ids)
        since = text_of(instant_of(self._last + 1 + turn * self.every_days, MORNING))
        return msgspec.structs.replace(
            self._sample,
            key=key,
            fiskil_id=ids[0],
            transaction_id=ids[1],
            amount=self._amounts.text(turn),
            description=f"Pending {self._sample.description}",
            status="PENDING",
            posting_date_time=None,
            execution_date_time=since if self._sample.execution_date_time else None,
            value_date_time=None,
        )

    def series(self, *, is_new: bool) -> Series:
        """The rows that purchases become when they are posted; *is_new* gives them other ids. Source: data.pending-posted"""
        if is_new not in self._made:
            self._made[is_new] = Series(
                key=self.key,
                number=self.number,
                days=Days(zero=self._last + self.waits_days, step=self.every_days),
                sample=self._sample,
                amounts=self._amounts,
                ids=self._ids,
                salt=self._salt,
                waits_days=self.waits_days,
                suffix=" posted" if is_new else "",
            )
        return self._made[is_new]

    def place(self, turn: int, *, is_new: bool) -> Place:
        """Where a purchase stands once it is posted."""
        series = self.series(is_new=is_new)
        return Place(series, series.days.zero + turn * self.every_days, 0)

    def runs(self, days: int, *, is_new: bool, some_vanish: bool) -> list[Run]:
        """What was posted within so many days."""
        series, turns = self.series(is_new=is_new), self.posted(days)
        if not some_vanish:
            return [self._run(series, 0, turns, every=1)] if turns else []
        kept = [first for first in range(SHARE) if not self.vanishes(first) and first < turns]
        return [self._run(series, first, turns, every=SHARE) for first in kept]

    def vanishes(self, turn: int) -> bool:
        """Whether a purchase is never posted, where some are not. Source: data.pending-vanishes"""
        return (turn + self._place) % SHARE == SHARE - 2

    def _run(self, series: Series, first: int, turns: int, *, every: int) -> Run:
        zero, step = series.days.zero, self.every_days
        latest = first + (turns - 1 - first) // every * every
        return Run(series=series, oldest=zero + first * step, newest=zero + latest * step, stride=every * step)
