"""Interest of savings, loans and cards: the product's rate on the balance at the end of each day, posted at intervals."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from fiskil_harness.core import catalog
from fiskil_harness.core.model.people import AccountSpec, Movement
from fiskil_harness.sandbox.bank.amounts import cents_of
from fiskil_harness.sandbox.bank.business_days import LONGEST_BREAK
from fiskil_harness.sandbox.bank.listed_rows import Listing
from fiskil_harness.sandbox.bank.series import Days, Series

_YEAR = 365
_RATES = {"INTEREST_PAID": "deposit_rates", "INTEREST_CHARGED": "lending_rates"}


def rate_of(spec: AccountSpec, move: Movement) -> Decimal:
    """Return the yearly rate of a movement that is the interest of its account; 0 for any other movement.

    Accounts with PENDING purchases have none: their interest stays as the person's file states it.
    """
    kind = _RATES.get(move.type or "")
    products = _products() if kind and move.times_a_day == 1 and not spec.pending else []
    fitting = [product for product in products if product["name"] == spec.product]
    fitting += [product for product in products if product["product_category"] == spec.category]
    rates = fitting[0][kind] if kind and fitting else []
    return Decimal(rates[0]["rate"]) if rates else Decimal(0)


@cache
def _products() -> list[dict[str, Any]]:
    products: list[dict[str, Any]] = catalog.read_fixture("products/banking.toml")["product"]
    return products


class Interest:
    """The interest of one account, from the first day of the bank's history on."""

    def __init__(
        self, spec: AccountSpec, move: Movement, rate: Decimal, *, days: Days, others: Iterable[Series], first: int
    ) -> None:
        """Calculate nothing yet.

        Args:
            days: The days on which interest is posted.
            others: The series of the account's other rows.
            first: The first day of the account's rows; before it, the balance was the opening amount.
        """
        self.listing = Listing()
        self._rate, self._others, self._every = rate, tuple(others), move.every_days
        self._is_paid = move.type == "INTEREST_PAID"
        self._balance, self._zero, self._first = cents_of(spec.opening), days.zero, first
        self._due = first + (days.zero - first) % self._every

    def extend(self, last: int) -> None:
        """List the interest up to the day *last* that is not listed yet."""
        while self._due <= last:
            since = self._due - self._every
            moved = self._moved(since + 1, self._due)
            total = 0
            for day in range(since + 1, self._due + 1):
                self._balance += moved.get(day, 0)
                total += max(0, self._balance) if self._is_paid else min(0, self._balance)
            cents = int((self._rate * total / _YEAR).quantize(Decimal(1), ROUND_HALF_UP))
            if cents:
                self.listing.add(self._due, cents)
            self._balance += cents
            self._due += self._every

    def _moved(self, since: int, until: int) -> dict[int, int]:
        """Return the cents that other rows of the account moved, by the day of posting, from *since* to *until*."""
        moved: dict[int, int] = {}
        for series in self._others:
            if not isinstance(series.days, Days):
                continue
            step = abs(series.days.step)
            # A late row can be posted in these days although its own day is earlier.
            early = max(self._first, since - LONGEST_BREAK)
            for own_day in range(early + (series.days.zero - early) % step, until + 1, step):
                posted = series.days.posted(own_day)
                if since <= posted <= until:
                    cents = sum(series.cents(own_day, at) for at in range(series.per_day))
                    moved[posted] = moved.get(posted, 0) + cents
        return moved
