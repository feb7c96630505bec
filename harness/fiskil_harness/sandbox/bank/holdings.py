"""Everything that a person has at a bank as the seed has it, before anybody changes a row: accounts, series and slots."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

from fiskil_harness.core.model import Account, Person
from fiskil_harness.sandbox.bank.pending_purchases import Slot
from fiskil_harness.sandbox.bank.pending_schedule import turns_of
from fiskil_harness.sandbox.bank.rows_from_seed import Origin, View, account_of, pending_places, regular_rows
from fiskil_harness.sandbox.bank.series import Place, Series
from fiskil_harness.sandbox.bank.timeline import Run

# No history is longer than the calendar.
_EARLIEST = 400


class AccountPeriod(NamedTuple):
    """Between which days something moves on an account: days since the histories' end, and None for no end."""

    opened: int
    closed: int | None


AccountPeriods = Mapping[str, AccountPeriod]
"""By the account's key."""


class Holdings:
    """What one end user sees of one person; rows are found in it by key. Series wait until somebody asks for rows."""

    def __init__(self, person: Person, view: View, *, until: date) -> None:
        """*until* is the day that the history ends with, which has no rows yet."""
        self.person, self._view, self._last = person, view, until.toordinal() - 1
        self.accounts: dict[str, Account] = {spec.key: account_of(view, person, spec) for spec in person.accounts}

    @cached_property
    def series(self) -> dict[str, Series]:
        """By the part of the key that their rows share."""
        return {series.key: series for series in self._made[0]}

    @cached_property
    def pending_by_key(self) -> dict[str, Slot]:
        """By the key of the first that waits in each."""
        return {slot.key: slot for slot in self._made[1]}

    @cached_property
    def _made(self) -> tuple[list[Series], list[Slot]]:
        series: list[Series] = []
        slots: list[Slot] = []
        ids = self._view.mint.row_ids(self._view.owner)
        for spec in self.person.accounts:
            origin = Origin(
                view=self._view, person=self.person, spec=spec, account=self.accounts[spec.key], ids=ids, last=self._last
            )
            series += regular_rows(origin, first_number=len(series) + len(slots))
            slots += pending_places(origin, first_number=len(series) + len(slots))
        return series, slots

    def runs(self, days: int, lives: AccountPeriods) -> list[Run]:
        """The regular rows that there are when so many days have passed."""
        found = (self._run(sery, days, lives[account_key(key)]) for key, sery in self.series.items())
        return [run for run in found if run is not None]

    def place(self, key: str) -> Place | None:
        """Where the regular row called *key* stands, whether its day has come or not; None for no such row."""
        prefix, _, tail = key.rpartition(":")
        series = self.series.get(prefix)
        found = series.find(tail) if series is not None else None
        return Place(series, *found) if series is not None and found is not None else None

    def turn(self, key: str) -> tuple[Slot, int] | None:
        """The slot of a row that is PENDING at first, and its turn there; None for no such row."""
        if key in self.pending_by_key:
            return self.pending_by_key[key], 0
        prefix, _, tail = key.rpartition(":")
        is_turn = prefix in self.pending_by_key and tail.isascii() and tail.isdigit() and tail[0] != "0"
        return (self.pending_by_key[prefix], int(tail)) if is_turn else None

    @cached_property
    def _taken_over(self) -> frozenset[str]:
        """The series whose purchases come out of slots once the history has ended."""
        return frozenset(
            f"{spec.key}:{turns.move}" for spec in self.person.accounts for turns in turns_of(spec) if turns.takes_over
        )

    def _run(self, series: Series, days: int, life: AccountPeriod) -> Run | None:
        every, zero = abs(series.days.step), series.days.zero
        moved = days if life.closed is None else min(days, life.closed)
        today = self._last + (min(moved, 0) if series.key in self._taken_over else moved)
        first = max(_EARLIEST, self._last + 1 + max(-self.person.history_days, life.opened))
        newest, oldest = today - (today - zero) % every, first + (zero - first) % every
        return Run(series=series, oldest=oldest, newest=newest, stride=every) if oldest <= newest else None


def account_key(key: str) -> str:
    """The account's part of the key of a series or a slot."""
    return key.partition(":")[0]
