"""The accounts and transactions of one person at a bank, as generated from the seed, before scenarios change them."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

from fiskil_harness.core.model import Account, Institution, Person
from fiskil_harness.core.model.people import AccountSpec
from fiskil_harness.core.randomness import RowIds
from fiskil_harness.sandbox.bank.address import state_of
from fiskil_harness.sandbox.bank.bill_payments import BillPayments, Contract, contracts_of, paying_account
from fiskil_harness.sandbox.bank.interest import Interest, rate_of
from fiskil_harness.sandbox.bank.listed_rows import ListedDays
from fiskil_harness.sandbox.bank.pending_purchases import Slot
from fiskil_harness.sandbox.bank.pending_schedule import slot_schedules
from fiskil_harness.sandbox.bank.rows_from_seed import Origin, View, account_of, pending_places, regular_rows, rows_of_bills
from fiskil_harness.sandbox.bank.series import Days, Place, Series
from fiskil_harness.sandbox.bank.timeline import Run, run_between, run_of

# The earliest day of any history, as a date ordinal.
_EARLIEST = 400


class AccountPeriod(NamedTuple):
    """The period in which an account gets rows, in days from the end of the history.

    ``closed`` is None for an account that stays open.
    """

    opened: int
    closed: int | None


AccountPeriods = Mapping[str, AccountPeriod]
"""The period of each account, by account key."""


class Holdings:
    """One person's accounts, series and slots, with the ids that one end user sees.

    A series is the regular rows of one movement, and a slot is a sequence of PENDING purchases. Both are generated when rows
    are first requested.
    """

    def __init__(self, person: Person, view: View, *, until: date, institutions: Mapping[str, Institution]) -> None:
        """Generate the accounts; *until* is the day after the last day of the history, *institutions* sell energy."""
        self.person, self._view, self._last = person, view, until.toordinal() - 1
        self._institutions = institutions
        self._interests: list[Interest] = []
        self.accounts: dict[str, Account] = {spec.key: account_of(view, person, spec) for spec in person.accounts}

    @cached_property
    def series(self) -> dict[str, Series]:
        """Return each series (the regular rows of one movement) by the key prefix of its rows."""
        return {series.key: series for series in self._derived[0]}

    @cached_property
    def pending_by_key(self) -> dict[str, Slot]:
        """Return each slot (a sequence of PENDING purchases) by the key of its first purchase."""
        return {slot.key: slot for slot in self._derived[1]}

    @cached_property
    def _derived(self) -> tuple[list[Series], list[Slot]]:
        series: list[Series] = []
        slots: list[Slot] = []
        ids = self._view.mint.row_ids(self._view.owner)
        origins = {spec.key: self._origin(spec, ids) for spec in self.person.accounts}
        for origin in origins.values():
            rows = regular_rows(origin, first_number=len(series) + len(slots))
            self._list_interest(origin.spec, rows)
            series += rows
            slots += pending_places(origin, first_number=len(series) + len(slots))
        for contract, payments in self._bill_payments.items():
            number = len(series) + len(slots)
            series += rows_of_bills(origins[payments.account_key], contract, payments.listings, first_number=number)
        return series, slots

    def _list_interest(self, spec: AccountSpec, rows: list[Series]) -> None:
        """Replace days and amounts of the interest in *rows*, the series of an account, by those of its rate and balance."""
        rates = [rate_of(spec, move) for move in spec.moves]
        others = [series for series, rate in zip(rows, rates, strict=True) if not rate]
        opened = -self.person.history_days if spec.opens_on_day is None else spec.opens_on_day
        first = max(_EARLIEST, self._last + 1 + max(-self.person.history_days, opened))
        for series, move, rate in zip(rows, spec.moves, rates, strict=True):
            if rate and isinstance(series.days, Days):
                interest = Interest(spec, move, rate, days=series.days, others=others, first=first)
                series.days, series.amounts = interest.listing.days, interest.listing.amounts
                self._interests.append(interest)

    def _origin(self, spec: AccountSpec, ids: RowIds) -> Origin:
        return Origin(
            view=self._view,
            person=self.person,
            spec=spec,
            account=self.accounts[spec.key],
            ids=ids,
            last=self._last,
            state=state_of(self.person, seed=self._view.mint.seed),
        )

    @cached_property
    def _bill_payments(self) -> dict[Contract, BillPayments]:
        """Return the payments of each energy account, from the first day of the history on; none without an account."""
        paying = paying_account(self.person)
        if paying is None:
            return {}
        seed, began = self._view.mint.seed, date.fromordinal(self._last + 1)
        since = date.fromordinal(max(_EARLIEST, self._last + 1 - self.person.history_days))
        state = state_of(self.person, seed=seed)
        return {
            contract: BillPayments(
                self.person, contract, account_key=paying.key, seed=seed, state=state, began=began, since=since
            )
            for contract in contracts_of(self.person, self._institutions)
        }

    def runs(self, days: int, periods: AccountPeriods) -> list[Run]:
        """Return the regular rows that exist *days* days after the history, as one run (range of days) per series."""
        for payments in self._bill_payments.values():
            payments.extend(date.fromordinal(self._last + days + 1))
        by_key = self.series
        for interest in self._interests:
            interest.extend(self._last + days)
        runs = (self._run(series, days, periods[account_key(key)]) for key, series in by_key.items())
        return [run for run in runs if run is not None]

    def place(self, key: str) -> Place | None:
        """Return the series and day of the regular row *key*, even if that day is in the future; None for an unknown key."""
        prefix, _, tail = key.rpartition(":")
        series = self.series.get(prefix)
        day_and_number = series.find(tail) if series is not None else None
        return Place(series, *day_and_number) if series is not None and day_and_number is not None else None

    def turn(self, key: str) -> tuple[Slot, int] | None:
        """Return the slot of the PENDING purchase *key*, and the purchase's number in it; None for an unknown key."""
        if key in self.pending_by_key:
            return self.pending_by_key[key], 0
        prefix, _, tail = key.rpartition(":")
        is_turn = prefix in self.pending_by_key and tail.isascii() and tail.isdigit() and tail[0] != "0"
        return (self.pending_by_key[prefix], int(tail)) if is_turn else None

    @cached_property
    def _taken_over(self) -> frozenset[str]:
        """Return the keys of series that get no rows after the history, because slots then generate their purchases."""
        return frozenset(
            f"{spec.key}:{turns.move}" for spec in self.person.accounts for turns in slot_schedules(spec) if turns.takes_over
        )

    def _run(self, series: Series, days: int, period: AccountPeriod) -> Run | None:
        active_days = days if period.closed is None else min(days, period.closed)
        first = max(_EARLIEST, self._last + 1 + max(-self.person.history_days, period.opened))
        if isinstance(series.days, ListedDays):
            return run_between(series, series.days, first=first, last=self._last + active_days)
        every, zero = abs(series.days.step), series.days.zero
        today = self._last + (min(active_days, 0) if series.key in self._taken_over else active_days)
        newest, oldest = today - (today - zero) % every, first + (zero - first) % every
        if series.days.posted(newest) > self._last + active_days:
            newest -= every
        return run_of(series, oldest=oldest, newest=newest, stride=every) if oldest <= newest else None


def account_key(key: str) -> str:
    """Return the account key, which is the first part of *key*, the key of a series or a slot."""
    return key.partition(":")[0]
