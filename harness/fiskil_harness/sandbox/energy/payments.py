"""The bills of a person and their payments, as the bank needs them: without a consent at the retailer, and without ids."""

from datetime import date, timedelta
from functools import lru_cache

from fiskil_harness.core.model.energy import EnergyAccountSpec, EnergyPlan
from fiskil_harness.sandbox.bank.business_days import LONGEST_BREAK
from fiskil_harness.sandbox.energy.bills import Bill, Biller
from fiskil_harness.sandbox.energy.calendar import DAY, Period, month_before, periods
from fiskil_harness.sandbox.energy.reads import Meter, MeterRead

LAST_BILL_WITHIN = timedelta(days=28 + LONGEST_BREAK)
"""The time after the end of a contract within which the last bill is sent and paid."""


class Term:
    """The periods of an account as of the morning of the day *until*, and the last day of an ended contract."""

    def __init__(self, spec: EnergyAccountSpec, plan: EnergyPlan, *, began: date, until: date) -> None:
        """Compute the periods; *began* is the sandbox's first day."""
        ended = spec.ended_months_ago
        self.ended_on = month_before(began, ended) if ended else None
        self.read_until = self.ended_on or until
        self.written_until = until if self.ended_on is None else min(until, self.ended_on + LAST_BILL_WITHIN)
        self.spans = periods(
            months=spec.months, bill_months=plan.bill_months, began=self.ended_on or began, until=self.read_until
        )


@lru_cache(maxsize=256)
def biller_of(seed: int, email: str, spec: EnergyAccountSpec, plan: EnergyPlan, state: str) -> Biller:
    """Return the bills of an account, which are the same for every end user and at the bank."""
    return Biller(spec, plan, state=state, seed=seed, email=email)


def bills_between(biller: Biller, *, began: date, since: date, until: date) -> tuple[Bill, ...]:
    """Return the bills with payments from *since* up to the day before *until*, oldest first."""
    term = Term(biller.spec, biller.plan, began=began, until=until)

    def reads_in(span: Period) -> list[MeterRead]:
        return Meter(biller.seed, biller.email, biller.spec, state=biller.state).reads((span,), until=span.last + DAY)

    return biller.bills(term.spans, reads_in, since=since, until=term.written_until)
