"""Purchases that are PENDING for some days and then POSTED, in slots: sequences of which usually one purchase is PENDING.

A slot defines for how many days its purchases are PENDING (two to four), and how often a new purchase begins. So the rows
at any time are computed directly, without simulating the days before. If purchases vanish, every fourth is never posted.

A direct debit is posted on a business day, so it can be PENDING for longer, and two of a slot can be PENDING at Christmas.
"""

import msgspec

from fiskil_harness.core.model import Transaction
from fiskil_harness.core.randomness import RowIds
from fiskil_harness.sandbox.bank.amounts import Amounts
from fiskil_harness.sandbox.bank.days import instant_of, text_of
from fiskil_harness.sandbox.bank.pending_schedule import SlotSchedule
from fiskil_harness.sandbox.bank.series import MORNING, Days, Place, Series
from fiskil_harness.sandbox.bank.timeline import Run, run_of

SHARE = 4


class Slot:
    """A sequence of purchases that begin one after another; *turn* is a purchase's number in it, from 0."""

    def __init__(
        self,
        *,
        key: str,
        number: int,
        place: int,
        turns: SlotSchedule,
        last: int,
        sample: Transaction,
        amounts: Amounts,
        ids: RowIds,
        salt: int,
        state: str = "",
    ) -> None:
        """Start the first purchase on the morning after *last*, the last day of the history.

        In every second slot of an account, rows have an execution time while they are PENDING; in the other slots, none.

        Args:
            number: The slot's number among the owner's series and slots, which row ids encode.
            place: The slot's number on its account.
            sample: A row with placeholders for the values that differ between rows.
            state: The state on whose business days the purchases are posted; "" for any day.

        Source: data.pending-dates
        """
        self.key, self.number, self._place, self._last = key, number, place, last
        self.waits_days, self.every_days = turns.waits_days, turns.every_days
        self._sample = sample if place % 2 else msgspec.structs.replace(sample, execution_date_time=None)
        self._amounts, self._ids, self._salt = amounts, ids, salt
        self._days = Days(zero=last + turns.waits_days, step=turns.every_days, state=state)
        self._made: dict[bool, Series] = {}

    @property
    def account_id(self) -> str:
        """Return the id of the account of these purchases."""
        return self._sample.account_id

    def posted(self, days: int) -> int:
        """Return how many purchases are posted *days* days after the end of the history."""
        turns = (days - self.waits_days) // self.every_days + 1
        is_late = turns > 0 and self._days.posted(self._day(turns - 1)) > self._last + days
        return turns - 1 if is_late else turns

    def waiting(self, days: int) -> list[Transaction]:
        """Return the purchases that are PENDING *days* days after the end of the history, oldest first."""
        return [self.pending(turn) for turn in range(self.posted(days), days // self.every_days + 1)]

    def pending(self, turn: int) -> Transaction:
        """Return the row of purchase number *turn* while it is PENDING. Source: data.pending-dates"""
        key = self.key if turn == 0 else f"{self.key}:{turn}"
        ids = self._ids.of(key, self.number, turn)
        self._ids.note(key, ids)
        since = text_of(instant_of(self._last + 1 + turn * self.every_days, MORNING))
        return msgspec.structs.replace(
            self._sample,
            key=key,
            fiskil_id=ids[0],
            transaction_id=ids[1] if self._sample.transaction_id else None,
            amount=self._amounts.text(turn),
            description=f"Pending {self._sample.description}",
            status="PENDING",
            posting_date_time=None,
            execution_date_time=since if self._sample.execution_date_time else None,
            value_date_time=None,
        )

    def series(self, *, is_new: bool) -> Series:
        """Return the series of POSTED rows that the purchases become; *is_new* gives these rows new ids.

        Source: data.pending-posted
        """
        if is_new not in self._made:
            self._made[is_new] = Series(
                key=self.key,
                number=self.number,
                days=self._days,
                sample=self._sample,
                amounts=self._amounts,
                ids=self._ids,
                salt=self._salt,
                waits_days=self.waits_days,
                suffix=" posted" if is_new else "",
            )
        return self._made[is_new]

    def place(self, turn: int, *, is_new: bool) -> Place:
        """Return the series and day of the POSTED row of purchase number *turn*."""
        series = self.series(is_new=is_new)
        return Place(series, self._day(turn), 0)

    def runs(self, days: int, *, is_new: bool, some_vanish: bool) -> list[Run]:
        """Return the rows that are posted *days* days after the end of the history, as runs (ranges of days)."""
        series, turns = self.series(is_new=is_new), self.posted(days)
        if not some_vanish:
            return [self._run(series, 0, turns, every=1)] if turns else []
        first_turns = [first for first in range(SHARE) if not self.vanishes(first) and first < turns]
        return [self._run(series, first, turns, every=SHARE) for first in first_turns]

    def vanishes(self, turn: int) -> bool:
        """Return True if purchase number *turn* is one that may vanish instead of being posted.

        Source: data.pending-vanishes
        """
        return (turn + self._place) % SHARE == SHARE - 2

    def _run(self, series: Series, first: int, turns: int, *, every: int) -> Run:
        latest = first + (turns - 1 - first) // every * every
        return run_of(series, oldest=self._day(first), newest=self._day(latest), stride=every * self.every_days)

    def _day(self, turn: int) -> int:
        """Return the own day of the POSTED row of purchase number *turn*."""
        return self._days.zero + turn * self.every_days
