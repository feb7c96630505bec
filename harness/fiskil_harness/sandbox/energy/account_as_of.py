"""One energy account: its fixed part, and its state on a day; each dataset is a property with the name of the dataset.

Rows are generated when a sync first needs them, because a year of half-hourly reads takes long to generate.
"""

from datetime import date, timedelta
from functools import cached_property
from typing import Any

import msgspec

from fiskil_harness.core.model.energy import EnergyAccountSpec, EnergyPlan
from fiskil_harness.core.model.energy_rows import (
    Concession,
    EnergyAccount,
    EnergyBalance,
    EnergyRow,
    PaymentSchedule,
    ServicePoint,
    UsageRead,
)
from fiskil_harness.core.randomness import stream
from fiskil_harness.sandbox.bank.address import state_of
from fiskil_harness.sandbox.bank.bill_payments import paying_account
from fiskil_harness.sandbox.bank.rows_from_seed import account_of
from fiskil_harness.sandbox.energy.bills import Bill, total
from fiskil_harness.sandbox.energy.calendar import Period, anniversary_after, month_before
from fiskil_harness.sandbox.energy.connection_point import Site, site_of
from fiskil_harness.sandbox.energy.context import EnergyContext
from fiskil_harness.sandbox.energy.invoices import billing_rows, invoice_rows
from fiskil_harness.sandbox.energy.payments import Term, biller_of
from fiskil_harness.sandbox.energy.plans import contract, contract_key, metering, with_leaks
from fiskil_harness.sandbox.energy.reads import CONTROLLED, Meter, MeterRead


class SupplyAccount:
    """The fixed part of one account, and the meter reads generated so far."""

    def __init__(self, context: EnergyContext, spec: EnergyAccountSpec, plan: EnergyPlan) -> None:
        self.context, self.spec, self.plan = context, spec, plan
        self.account_id = context.digits(10, spec.key)
        state = state_of(context.person, seed=context.seed)
        self.meter = Meter(context.seed, context.person.email, spec, state=state)
        self.biller = biller_of(context.seed, context.person.email, spec, plan, state)
        self.reads: dict[tuple[str, date, bool], UsageRead] = {}

    @property
    def account_number(self) -> str:
        """Return the account number that the bills show."""
        return self.context.account_number(8, self.spec.key)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Return the points at which the household is connected to the electricity grid; empty for gas."""
        return () if self.spec.is_gas else (site_of(self.context, self.spec, self.plan),)


class AccountAsOf:
    """One account as of the morning of the day *until*: everything that was read, billed and paid before."""

    def __init__(self, account: SupplyAccount, until: date) -> None:
        self.until = until
        self._term = Term(account.spec, account.plan, began=account.context.began, until=until)
        self._ended_on, self._written_until, self._spans = self._term.ended_on, self._term.written_until, self._term.spans
        self._account = account
        self._context, self._spec, self._plan, self._sites = account.context, account.spec, account.plan, account.sites

    @property
    def _leaks(self) -> bool:
        """Return True if some keys are in camelCase. Source: energy.camel-keys"""
        return self._context.interpretation("energy.camel-keys") == "camel"

    # The interpretation can change within a day, so rows that depend on it are not cached.
    @property
    def energy_accounts(self) -> tuple[EnergyAccount, ...]:
        """Return the account with the contract of its plan. Source: energy.camel-keys"""
        plan, person = self._plan, self._context.person
        plan_overview = {
            "nickname": self._spec.name,
            "service_point_ids": [site.point.service_point_id for site in self._sites],
            "plan_overview": {"display_name": plan.display_name, "start_date": str(self._since), **self._end},
            "authorised_contacts": [{"first_name": person.given_name, "last_name": person.family_name, "middle_names": []}],
            "plan_detail": {
                "fuel_type": plan.fuel_type,
                "is_contingent_plan": False,
                "metering_charges": metering(plan),
                contract_key(plan): with_leaks(contract(plan)) if self._leaks else contract(plan),
            },
        }
        row = EnergyAccount(
            **self._of_account("energy_account_"),
            account_number=self._account.account_number,
            display_name=self._spec.name,
            creation_date=str(self._since),
            plans=(plan_overview,),
            open_status="OPEN" if self._ended_on is None else "CLOSED",
        )
        return (row,)

    @property
    def energy_balances(self) -> tuple[EnergyBalance, ...]:
        """Return the billed amount that is not yet paid. Source: energy.adds-up"""
        owed = total(bill.amount - bill.paid for bill in self._bills)
        return (EnergyBalance(**self._of_account("energy_balance_"), balance=str(owed)),)

    @property
    def service_points(self) -> tuple[EnergyRow, ...]:
        """Return the points at which the household is connected to the electricity grid; empty for gas."""
        return tuple(self._with_next_read(site.point) for site in self._sites)

    def _with_next_read(self, point: ServicePoint) -> ServicePoint:
        """Return *point* with the date of the next read, if the meter does not send its reads."""
        if self._spec.meter != "basic" or self._ended_on is not None:
            return point
        read_on = month_before(self._spans[-1].last + timedelta(days=1), -self._plan.bill_months) - timedelta(days=1)
        meters = tuple(
            {**meter, "specifications": {**meter["specifications"], "next_scheduled_read_date": str(read_on)}}
            for meter in point.meters
        )
        return msgspec.structs.replace(point, meters=meters)

    @property
    def der(self) -> tuple[EnergyRow, ...]:
        """Return the energy resources (solar panels, batteries) of the household."""
        return tuple(site.der for site in self._sites if site.der is not None)

    @property
    def usage(self) -> tuple[UsageRead, ...]:
        """Return every read of every register."""
        return tuple(self._read(site, meter_read) for site in self._sites for meter_read in self._readings)

    @property
    def invoices(self) -> tuple[EnergyRow, ...]:
        """Return every bill. Source: energy.invoice-without-arrangement"""
        names_it = self._context.interpretation("energy.invoice-without-arrangement") == "present"

        def identify(prefix: str, name: str) -> dict[str, Any]:
            ids = self._of_account(prefix, name)
            return ids if names_it else {**ids, "arrangement_id": None}

        return tuple(invoice_rows(identify, self._spec, self._bills, self.service_point_ids))

    @cached_property
    def billing(self) -> tuple[EnergyRow, ...]:
        """Return every charge and every payment."""
        return tuple(billing_rows(self._of_account, self._spec, self._bills, self.service_point_ids))

    @property
    def concessions(self) -> tuple[Concession, ...]:
        """Return the rebate on the household's bills; empty if it has none."""
        concession = self._spec.concession
        if concession is None:
            return ()
        is_part = concession.endswith("%")
        first = self._spans[0].first
        row = Concession(
            **self._of_account("energy_concession_"),
            type="FIXED_PERCENTAGE" if is_part else "FIXED_AMOUNT",
            display_name="Low income household rebate",
            additional_info="Taken off each bill.",
            additional_info_uri="https://rebates.example/energy",
            start_date=str(first),
            end_date=str(anniversary_after(first, self._written_until) - timedelta(days=1)),
            discount_frequency=f"P{self._plan.bill_months}M",
            applied_to=("USAGE",) if is_part else ("INVOICE",),
            amount=None if is_part else concession,
            percentage=str(float(concession[:-1]) / 100) if is_part else None,
        )
        return (row,)

    @property
    def payment_schedule(self) -> tuple[PaymentSchedule, ...]:
        """Return the payment method and frequency of the bills. Source: energy.unions"""
        every = {"payment_frequency": f"P{self._plan.bill_months}M", "calculation_type": "BALANCE"}
        bsb, number = self._debited
        kinds: dict[str, dict[str, Any]] = {
            "cardDebit": {"card_debit": {"card_scheme": "VISA", **every}},
            "directDebit": {"direct_debit": {"is_tokenised": False, "bsb": bsb, "account_number": number, **every}},
            "digitalWallet": {
                "digital_wallet": {
                    "name": "PayPal",
                    "identifier": self._context.person.email,
                    "type": "EMAIL",
                    "provider": "PAYPAL_AU",
                    **every,
                }
            },
            "manualPayment": {"manual_payment": {"bill_frequency": f"P{self._plan.bill_months}M"}},
        }
        kind = self._spec.payment
        row = PaymentSchedule(**self._of_account("energy_ps_"), payment_schedule_u_type=kind, **kinds[kind])
        return (row,)

    @property
    def _debited(self) -> tuple[str | None, str]:
        """Return the BSB and the masked number of the bank account that pays the bills."""
        person, view = self._context.person, self._context.view
        paying = paying_account(person)
        if paying is None:
            number = self._context.digits(9, f"{self._spec.key}:debit")
            return "062-000", f"xxxxx{number[-4:]}"
        account = account_of(msgspec.structs.replace(view, institution_id=self._context.bank_id), person, paying)
        return account.bsb, account.masked_number

    @cached_property
    def service_point_ids(self) -> tuple[str, ...]:
        """Return the ids of the service points; none for gas."""
        return tuple(site.point.service_point_id for site in self._sites)

    @cached_property
    def _since(self) -> date:
        if any(spec.ended_months_ago for spec in self._context.person.energy) and self._ended_on is None:
            # The household moved in when the meter was first read.
            return self._spans[0].first
        chance = stream(self._context.seed, "energy", self._context.person.email, self._spec.key)
        return self._spans[0].first - timedelta(days=chance.randrange(30, 900))

    @property
    def _end(self) -> dict[str, str]:
        """Return the field of a plan overview with the last day of an ended contract; empty for a current contract."""
        return {} if self._ended_on is None else {"end_date": str(self._spans[-1].last)}

    @cached_property
    def _readings(self) -> list[MeterRead]:
        return self._account.meter.reads(self._spans, until=self._term.read_until)

    @cached_property
    def _bills(self) -> tuple[Bill, ...]:
        return self._account.biller.bills(self._spans, self._reads_in, until=self._written_until)

    def _reads_in(self, span: Period) -> list[MeterRead]:
        return [meter_read for meter_read in self._readings if meter_read.first in span]

    def _of_account(self, prefix: str, name: str = "") -> dict[str, Any]:
        key = f"{self._spec.key}:{name}" if name else self._spec.key
        return {**self._context.ids(prefix, key), "account_id": self._account.account_id}

    def _read(self, site: Site, meter_read: MeterRead) -> UsageRead:
        """Return the row of a meter read; each row is generated only once for each interpretation."""
        has_leaks = meter_read.substituted is not None and self._leaks
        rows, name = self._account.reads, (meter_read.suffix, meter_read.first, has_leaks)
        if name not in rows:
            rows[name] = self._row_of(site, meter_read, has_leaks=has_leaks)
        return rows[name]

    def _row_of(self, site: Site, meter_read: MeterRead, *, has_leaks: bool) -> UsageRead:
        """Return the API row of a meter read. Source: energy.unions, energy.camel-keys"""
        is_basic = self._spec.meter == "basic"
        interval: dict[str, Any] = {
            "read_interval_length": 30,
            "aggregate_value": meter_read.total / 1000,
            "interval_reads": [wh / 1000 for wh in meter_read.wh],
        }
        if meter_read.substituted is not None:
            start, end = meter_read.substituted
            interval["readQualities" if has_leaks else "read_qualities"] = [
                {"start_interval": start, "end_interval": end, "quality": "SUBSTITUTE"}
            ]
        return UsageRead(
            **self._context.ids("energy_usage_", f"{self._spec.key}:{meter_read.suffix}:{meter_read.first}"),
            service_point_id=site.point.service_point_id,
            register_id=site.register_ids[meter_read.suffix],
            register_suffix=meter_read.suffix,
            meter_id=site.meter_id,
            controlled_load=meter_read.suffix == CONTROLLED,
            read_start_date=str(meter_read.first),
            read_end_date=str(meter_read.last),
            read_u_type="basicRead" if is_basic else "intervalRead",
            basic_read={"quality": "ACTUAL", "value": meter_read.total / 1000} if is_basic else None,
            interval_read=None if is_basic else interval,
        )
