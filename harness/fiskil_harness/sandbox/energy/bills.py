"""Charges and bills of one energy account, and their payments.

Each charge is rounded to the cent once; bill, GST and balance are sums of charges. Source: energy.adds-up
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core.model.energy import EnergyAccountSpec, EnergyPlan, Rate
from fiskil_harness.sandbox.bank.business_days import business_day_from
from fiskil_harness.sandbox.energy.calendar import Period
from fiskil_harness.sandbox.energy.prices import holds, rate_at
from fiskil_harness.sandbox.energy.reads import CONTROLLED, EXPORT, HALF_HOURS, IMPORT, MeterRead

CENT = Decimal("0.01")
GST = Decimal("0.1")


class Charge(Struct, frozen=True, kw_only=True):
    """One line of a bill; ``amount`` is without GST, and negative for a credit.

    ``kind`` is the ``transaction_u_type`` of the API. ``belongs`` is the part of the bill that counts the charge: ``usage``,
    ``generation``, ``other``, ``once_off`` or ``account``.
    """

    kind: str
    belongs: str
    amount: Decimal
    gst: Decimal
    fields: dict[str, Any]


class Payment(Struct, frozen=True, kw_only=True):
    """One payment of a bill, on the day ``on``."""

    on: date
    amount: Decimal


class Bill(Struct, frozen=True, kw_only=True):
    """The charges of one period, and their payments so far."""

    number: int
    period: Period
    charges: tuple[Charge, ...]
    payments: tuple[Payment, ...] = ()

    @property
    def gst(self) -> Decimal:
        """Return the GST of all charges."""
        return total(charge.gst for charge in self.charges)

    @property
    def amount(self) -> Decimal:
        """Return the amount to pay, GST included."""
        return total(charge.amount for charge in self.charges) + self.gst

    @property
    def paid(self) -> Decimal:
        """Return the sum of the payments."""
        return total(payment.amount for payment in self.payments)

    def of(self, *belongs: str) -> list[Charge]:
        """Return the charges whose ``belongs`` is one of these parts of the bill."""
        return [charge for charge in self.charges if charge.belongs in belongs]


class Biller:
    """The bills of one account; the charges of a sent bill never change and are calculated once."""

    def __init__(self, spec: EnergyAccountSpec, plan: EnergyPlan, *, state: str, seed: int, email: str) -> None:
        """Store the parameters; bills are paid on business days of *state*."""
        self.spec, self.plan, self.seed, self.email = spec, plan, seed, email
        self.state = state
        self._made: dict[tuple[date, bool], tuple[Charge, ...]] = {}

    def bills(
        self,
        spans: Iterable[Period],
        reads_in: Callable[[Period], list[MeterRead]],
        *,
        until: date,
        since: date = date.min,
    ) -> tuple[Bill, ...]:
        """Return the bills sent before *until*, oldest first, with the payments made by then.

        Bills whose last payment was before *since* are left out. *reads_in* returns the reads of a period.

        Source: energy.bill-days
        """
        sent = [span for span in spans if span.issued < until]
        paid_on = [self._paid_on(span, after) for span, after in zip(sent, [*sent[1:], None], strict=True)]
        return tuple(
            self._bill(number, span, reads_in, paid_on=days, until=until)
            for number, (span, days) in enumerate(zip(sent, paid_on, strict=True))
            if days[-1] is None or days[-1] >= since
        )

    def _paid_on(self, span: Period, after: Period | None) -> tuple[date | None, ...]:
        """Return the days on which the bill of *span* is paid; None for one that is not known before the next bill."""
        if self.spec.payment != "manualPayment":
            return (self._business_day(span.due),)
        return (self._business_day(span.due), self._business_day(after.due) if after is not None else None)

    def _business_day(self, day: date) -> date:
        return date.fromordinal(business_day_from(day.toordinal(), self.state))

    def _bill(
        self,
        number: int,
        span: Period,
        reads_in: Callable[[Period], list[MeterRead]],
        *,
        paid_on: tuple[date | None, ...],
        until: date,
    ) -> Bill:
        """Return a bill with its payments before *until*: the whole amount, or two halves."""
        bill = Bill(number=number, period=span, charges=self._charges(span, reads_in, is_first=number == 0))
        half = bill.amount if len(paid_on) == 1 else _cents(bill.amount / 2)
        payments = [Payment(on=on, amount=half) for on in paid_on[:1] if on is not None]
        payments += [Payment(on=on, amount=bill.amount - half) for on in paid_on[1:] if on is not None]
        paid = tuple(payment for payment in payments if payment.amount and payment.on < until)
        return msgspec.structs.replace(bill, payments=paid)

    def _charges(self, span: Period, reads_in: Callable[[Period], list[MeterRead]], *, is_first: bool) -> tuple[Charge, ...]:
        # A bill is the first one in a sandbox that began in one month, and a later one in another sandbox.
        key = span.first, is_first
        if key not in self._made:
            self._made[key] = tuple(_charges(self.spec, self.plan, span, reads_in(span), is_first=is_first))
        return self._made[key]


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum of amounts, with cents."""
    return sum(amounts, Decimal("0.00"))


def _charges(
    spec: EnergyAccountSpec, plan: EnergyPlan, span: Period, reads: list[MeterRead], *, is_first: bool
) -> list[Charge]:
    charges = _consumption(plan, span, [meter_read for meter_read in reads if meter_read.suffix == IMPORT])
    heated = sum(meter_read.total for meter_read in reads if meter_read.suffix == CONTROLLED)
    if plan.controlled_load and heated:
        charges.append(_usage("CONTROLLED_LOAD", heated, plan.controlled_load, span, "Controlled load"))
    sent = sum(meter_read.total for meter_read in reads if meter_read.suffix == EXPORT)
    if plan.feed_in and sent:
        charges.append(_usage("SOLAR", sent, f"-{plan.feed_in}", span, "Solar feed-in", belongs="generation"))
    if plan.demand is not None:
        charges.append(_demand(plan.demand, span, [meter_read for meter_read in reads if meter_read.suffix == IMPORT]))
    supplied = _cents(Decimal(plan.daily_supply_charge) * span.days)
    dates = {"start_date": str(span.first), "end_date": str(span.last)}
    text = f"Daily supply charge, {span.days} days"
    charges.append(_charge("otherCharges", "other", supplied, {"type": "NETWORK", "description": text, **dates}))
    if plan.connection is not None and is_first:
        fields = {"description": plan.connection.description}
        charges.append(_charge("onceOff", "once_off", _cents(Decimal(plan.connection.amount)), fields))
    if spec.concession is not None:
        charges.append(_concession(spec.concession, charges))
    return charges


def _consumption(plan: EnergyPlan, span: Period, reads: list[MeterRead]) -> list[Charge]:
    """Return one charge for each rate of the plan, with the usage at that rate."""
    used: dict[str, int] = dict.fromkeys((rate.type for rate in plan.rates), 0)
    for meter_read in reads:
        if len(meter_read.wh) < HALF_HOURS:
            used[plan.rates[-1].type] += meter_read.total
            continue
        for half_hour, wh in enumerate(meter_read.wh):
            used[rate_at(plan, meter_read.first.weekday(), half_hour).type] += wh
    prices = {rate.type: rate.unit_price for rate in plan.rates}
    return [_usage(kind, wh, prices[kind], span, f"Usage, {kind.lower().replace('_', ' ')}") for kind, wh in used.items()]


def _usage(kind: str, wh: int, price: str, span: Period, text: str, *, belongs: str = "usage") -> Charge:
    fields = {"time_of_use_type": kind, "description": text, "is_estimate": False, "measure_unit": "KWH", "usage": wh / 1000}
    dates = {"start_date": f"{span.first}T00:00:00+10:00", "end_date": f"{span.last}T23:59:59+10:00"}
    amount = _cents(Decimal(wh) / 1000 * Decimal(price))
    return _charge("usage", belongs, amount, {**fields, **dates}, is_taxed=belongs == "usage")


def _demand(rate: Rate, span: Period, reads: list[MeterRead]) -> Charge:
    """Return the demand charge: the highest half-hourly power in the rate's time window, charged for each day of *span*."""
    highest = max(
        wh
        for meter_read in reads
        for half_hour, wh in enumerate(meter_read.wh)
        if holds(rate, meter_read.first.weekday(), half_hour)
    )
    kilowatts = Decimal(highest) * 2 / 1000
    fields = {
        "time_of_use_type": rate.type,
        "description": f"Demand, {span.days} days",
        "is_estimate": False,
        "measure_unit": "KW",
        "rate": float(kilowatts),
        "start_date": f"{span.first}T00:00:00+10:00",
        "end_date": f"{span.last}T23:59:59+10:00",
    }
    return _charge("demand", "usage", _cents(kilowatts * Decimal(rate.unit_price) * span.days), fields)


def _concession(concession: str, charges: list[Charge]) -> Charge:
    """Return the concession, an amount or a percentage of the usage charges; it is free of GST."""
    if concession.endswith("%"):
        used = total(charge.amount for charge in charges if charge.belongs == "usage")
        amount = _cents(used * Decimal(concession[:-1]) / 100)
    else:
        amount = _cents(Decimal(concession))
    return _charge("onceOff", "account", -amount, {"description": "Concession"}, is_taxed=False)


def _charge(kind: str, belongs: str, amount: Decimal, fields: dict[str, Any], *, is_taxed: bool = True) -> Charge:
    gst = _cents(amount * GST) if is_taxed else Decimal("0.00")
    return Charge(kind=kind, belongs=belongs, amount=amount, gst=gst, fields=fields)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
