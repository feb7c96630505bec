"""Reads at the plan's prices are the charges, charges are the invoices, and invoices less payments are the balance.

The sums use only what the API returns, as an app would.
"""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.sandbox.energy.payments import biller_of
from tests.sandbox.energy.households import every_row, household, rows
from tests.sandbox.everyone import data_of
from tests.sandbox.still import Still

CENT = Decimal("0.01")
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
EVERYBODY = ["rosa", "ben", "priya"]
FIELDS = {"usage": "usage", "demand": "demand", "onceOff": "once_off", "otherCharges": "other_charges", "payment": "payment"}


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def own(row: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a billing transaction's kind."""
    fields: dict[str, Any] = row[FIELDS[row["transaction_u_type"]]]
    return fields


def contract_of(account: dict[str, Any]) -> dict[str, Any]:
    detail = account["plans"][0]["plan_detail"]
    contract: dict[str, Any] = detail.get("electricity_contract") or detail["gas_contract"]
    return contract


def price_at(tariff: dict[str, Any], day: date, half_hour: int) -> tuple[str, Decimal]:
    """Return the time of use and the price of a half hour; there is exactly one."""
    if tariff["rate_block_u_type"] == "singleRate":
        return "ALL_DAY", Decimal(tariff["singleRate"]["rates"][0]["unit_price"])
    clock = f"{half_hour // 2:02d}:{half_hour % 2 * 30:02d}"
    (price,) = [
        (block["type"], Decimal(block["rates"][0]["unit_price"]))
        for block in tariff["timeOfUseRates"]
        for window in block["time_of_use"]
        if DAYS[day.weekday()] in window["days"] and window["start_time"] <= clock <= window["end_time"]
    ]
    return price


def reads_of(reads: list[dict[str, Any]], suffix: str, period: dict[str, str]) -> list[dict[str, Any]]:
    return [
        read
        for read in reads
        if read["register_suffix"] == suffix and period["start_date"] <= read["read_start_date"] <= period["end_date"]
    ]


def energy_of(reads: list[dict[str, Any]]) -> Decimal:
    """Return kilowatt-hours; JSON numbers are read by their text."""
    return sum((Decimal(str((read.get("interval_read") or {}).get("aggregate_value", 0))) for read in reads), Decimal(0))


def test_half_hours_add_up_to_the_day(still: Still, api: httpx.Client) -> None:
    """A day has 48 half hours, none negative, and their sum is the aggregate. Source: energy.adds-up"""
    consent = household(still, "rosa", "usage")

    for row in rows(api, "usage", consent):
        read = row["interval_read"]
        assert (read["read_interval_length"], len(read["interval_reads"])) == (30, 48)
        assert min(read["interval_reads"]) >= 0
        assert sum(Decimal(str(value)) for value in read["interval_reads"]) == Decimal(str(read["aggregate_value"]))
        assert row["read_start_date"] == row["read_end_date"]


def test_every_day_is_read_once(still: Still, api: httpx.Client) -> None:
    """From the first bill to yesterday, each register has one read a day."""
    consent = household(still, "rosa", "usage")

    days: dict[str, list[str]] = {}
    for row in rows(api, "usage", consent):
        days.setdefault(row["register_suffix"], []).append(row["read_start_date"])

    assert set(days) == {"E1", "E2", "B1"}
    for day in days.values():
        assert (day[-1], day[0]) == ("2025-09-01", "2026-03-01")
        assert len(set(day)) == len(day) == (date(2026, 3, 2) - date(2025, 9, 1)).days


def test_solar_exports_stay_below_the_limit(still: Still, api: httpx.Client) -> None:
    """No half hour exports more than the connection allows."""
    consent = household(still, "rosa")
    (der,) = rows(api, "der", consent)
    exports = [
        row["interval_read"]["interval_reads"] for row in every_row(api, "usage", consent) if row["register_suffix"] == "B1"
    ]

    highest_kw = max(kwh for half_hours in exports for kwh in half_hours) * 2

    assert 4 < highest_kw <= der["protection_mode"]["export_limit_kva"] == der["approved_capacity"]


def test_the_contract_of_a_moved_household_begins_with_its_first_read(still: Still, api: httpx.Client) -> None:
    """The end user lives at the new address since then; the contract of the old address began earlier and has ended."""
    consent = household(still, "nina")
    points = {row["service_point_id"]: row for row in rows(api, "service-points", consent)}
    contracts = [account["plans"][0] for account in rows(api, "accounts", consent)]
    first_reads = {
        point: min(row["read_start_date"] for row in every_row(api, "usage", consent) if row["service_point_id"] == point)
        for point in points
    }

    old, new = contracts

    assert new["plan_overview"]["start_date"] == first_reads[new["service_point_ids"][0]]
    assert old["plan_overview"]["start_date"] < first_reads[old["service_point_ids"][0]] < old["plan_overview"]["end_date"]


def test_solar_exports_only_by_day(still: Still, api: httpx.Client) -> None:
    """Energy is exported by day only, and no half hour both imports and exports."""
    consent = household(still, "rosa", "usage")
    reads = rows(api, "usage", consent)

    imported = {
        row["read_start_date"]: row["interval_read"]["interval_reads"] for row in reads if row["register_suffix"] == "E1"
    }
    exported = {
        row["read_start_date"]: row["interval_read"]["interval_reads"] for row in reads if row["register_suffix"] == "B1"
    }

    assert any(sum(value) > 0 for value in exported.values())
    assert all(sum(value[:10]) + sum(value[40:]) == 0 for value in exported.values())
    assert all(min(pair) == 0 for day in exported for pair in zip(imported[day], exported[day], strict=True))


@pytest.mark.parametrize("name", ["rosa", "priya"])
def test_charges_are_reads_at_contract_prices(still: Still, api: httpx.Client, name: str) -> None:
    """Usage by time of use, controlled load and solar are charged to the cent. Source: energy.adds-up"""
    consent = household(still, name)
    account = rows(api, "accounts", consent)[0]
    contract, reads = contract_of(account), every_row(api, "usage", consent)
    tariff = contract["tariff_period"][0]
    controlled = contract["controlled_load"][0]["singleRate"]["rates"][0]["unit_price"]
    feed_in = contract["solar_feed_in_tariff"][0]["single_tariff"]["rates"][0]["unit_price"]

    for invoice in rows(api, "invoice", consent, account_id=account["account_id"]):
        period, expected, prices = invoice["period"], {}, {}
        for row in reads_of(reads, "E1", period):
            day = date.fromisoformat(row["read_start_date"])
            for half_hour, value in enumerate(row["interval_read"]["interval_reads"]):
                kind, price = price_at(tariff, day, half_hour)
                expected[kind] = expected.get(kind, Decimal(0)) + Decimal(str(value))
                prices[kind] = price
        expected |= {"CONTROLLED_LOAD": energy_of(reads_of(reads, "E2", period))}
        expected |= {"SOLAR": energy_of(reads_of(reads, "B1", period))}
        prices |= {"CONTROLLED_LOAD": Decimal(controlled), "SOLAR": -Decimal(feed_in)}
        charged = rows(api, "billing", consent, invoice_number=invoice["invoice_number"])
        usage = {row["usage"]["time_of_use_type"]: row["usage"] for row in charged if row["transaction_u_type"] == "usage"}

        assert {kind: Decimal(str(value["usage"])) for kind, value in usage.items()} == expected
        assert {kind: Decimal(value["amount"]) for kind, value in usage.items()} == {
            kind: cents(energy * prices[kind]) for kind, energy in expected.items()
        }


def test_a_basic_meter_is_read_once_a_bill(still: Still, api: httpx.Client) -> None:
    """Each read is the usage of one invoice at one price. Source: energy.adds-up, energy.unions"""
    consent = household(still, "ben")
    (account,) = rows(api, "accounts", consent)
    price = Decimal(contract_of(account)["tariff_period"][0]["singleRate"]["rates"][0]["unit_price"])
    reads = {row["read_start_date"]: row for row in rows(api, "usage", consent)}

    for invoice in rows(api, "invoice", consent):
        read = reads[invoice["period"]["start_date"]]
        assert (read["read_u_type"], read["read_end_date"]) == ("basicRead", invoice["period"]["end_date"])
        assert Decimal(invoice["electricity"]["total_usage_charges"]) == cents(
            Decimal(str(read["basic_read"]["value"])) * price
        )


def test_demand_is_the_highest_half_hour_of_the_window(still: Still, api: httpx.Client) -> None:
    """The demand charge is that half hour as power, for each day of the period. Source: energy.adds-up"""
    consent = household(still, "priya")
    account, reads = rows(api, "accounts", consent)[0], every_row(api, "usage", consent)
    (charge,) = contract_of(account)["tariff_period"][1]["demand_charges"]
    first, last = (int(charge[name][:2]) * 2 for name in ("start_time", "end_time"))

    charged = [row for row in rows(api, "billing", consent) if row["transaction_u_type"] == "demand"]

    assert len(charged) == 13
    for row in charged:
        (invoice,) = rows(api, "invoice", consent, invoice_number=row["demand"]["invoice_number"])
        period = invoice["period"]
        highest = max(
            Decimal(str(value))
            for row in reads_of(reads, "E1", period)
            for value in row["interval_read"]["interval_reads"][first : last + 2]
        )
        days = (date.fromisoformat(period["end_date"]) - date.fromisoformat(period["start_date"])).days + 1
        assert Decimal(str(row["demand"]["rate"])) == highest * 2
        assert Decimal(row["demand"]["amount"]) == cents(highest * 2 * Decimal(charge["amount"]) * days)


@pytest.mark.parametrize("name", EVERYBODY)
def test_charges_add_up_to_their_invoice(still: Still, api: httpx.Client, name: str) -> None:
    """Amount, GST and each total of an invoice are sums of its billing transactions. Source: energy.adds-up"""
    consent = household(still, name, "invoice", "billing")
    invoices = rows(api, "invoice", consent)

    assert len(invoices) >= 4
    for invoice in invoices:
        charges = rows(api, "billing", consent, invoice_number=invoice["invoice_number"])
        amounts = [(row["transaction_u_type"], Decimal(own(row)["amount"])) for row in charges]
        gst = sum(Decimal(row["gst"]) for row in charges)
        supplied, account = invoice.get("electricity") or invoice["gas"], invoice["account_charges"]
        assert Decimal(invoice["gst_amount"]) == gst
        assert Decimal(invoice["invoice_amount"]) == sum(amount for _, amount in amounts) + gst
        assert Decimal(supplied["total_gst"]) + Decimal(account["total_gst"]) == gst
        assert Decimal(supplied["total_usage_charges"]) == sum(
            amount for kind, amount in amounts if kind in {"usage", "demand"} and amount >= 0
        )
        assert Decimal(supplied["total_generation_credits"]) == -sum(
            amount for kind, amount in amounts if kind == "usage" and amount < 0
        )
        assert [Decimal(row["amount"]) for row in supplied["other_charges"]] == [
            amount for kind, amount in amounts if kind == "otherCharges"
        ]
        assert Decimal(supplied["total_once_off_charges"]) - Decimal(account["total_discounts"]) == sum(
            amount for kind, amount in amounts if kind == "onceOff"
        )


@pytest.mark.parametrize("name", EVERYBODY)
def test_the_balance_is_the_billed_less_the_paid_amount(still: Still, api: httpx.Client, name: str) -> None:
    """Billing transactions and invoices give the same balance. Source: energy.adds-up"""
    consent = household(still, name, "balances", "invoice", "billing")

    for balance in rows(api, "balances", consent):
        account = {"account_id": balance["account_id"]}
        charged = paid = Decimal(0)
        for row in rows(api, "billing", consent, **account):
            is_payment = row["transaction_u_type"] == "payment"
            paid += Decimal(own(row)["amount"]) if is_payment else 0
            charged += 0 if is_payment else Decimal(own(row)["amount"]) + Decimal(row["gst"])
        invoices = rows(api, "invoice", consent, **account)
        assert Decimal(balance["balance"]) == charged - paid
        assert charged == sum(Decimal(invoice["invoice_amount"]) for invoice in invoices)
        assert Decimal(balance["balance"]) == Decimal(invoices[0]["balance_at_issue"]) - _paid_since(
            api, consent, invoices[0]
        )


def _paid_since(api: httpx.Client, consent: Any, invoice: dict[str, Any]) -> Decimal:
    charges = rows(api, "billing", consent, account_id=invoice["account_id"])
    later = [row for row in charges if row["execution_date_time"][:10] > invoice["issue_date"]]
    return sum((Decimal(row["payment"]["amount"]) for row in later if "payment" in row), Decimal(0))


@pytest.mark.parametrize("name", EVERYBODY)
def test_supply_is_charged_by_the_day(still: Still, api: httpx.Client, name: str) -> None:
    """The supply charge is the contract's daily price for each day of the period. Source: energy.adds-up"""
    consent = household(still, name, "accounts", "invoice")
    prices = {
        row["account_id"]: Decimal(contract_of(row)["tariff_period"][0]["daily_supply_charge"])
        for row in rows(api, "accounts", consent)
    }

    for invoice in rows(api, "invoice", consent):
        first, last = (date.fromisoformat(invoice["period"][end]) for end in ("start_date", "end_date"))
        (charge,) = (invoice.get("electricity") or invoice["gas"])["other_charges"]
        days = (last - first).days + 1
        assert Decimal(charge["amount"]) == cents(prices[invoice["account_id"]] * days)
        assert charge["description"] == f"Daily supply charge, {days} days"


def test_gst_is_a_tenth_of_each_charge(still: Still, api: httpx.Client) -> None:
    """GST is on every charge except solar and concessions; payments have none. Source: energy.adds-up"""
    consent = household(still, "priya", "billing")
    free = {"Solar feed-in", "Concession"}

    for row in rows(api, "billing", consent):
        fields = own(row)
        is_free = fields.get("description") in free
        expected = Decimal("0.00") if is_free else cents(Decimal(fields["amount"]) / 10)
        assert ("gst" in row) is (row["transaction_u_type"] != "payment")
        assert Decimal(row.get("gst", expected)) == expected


@pytest.mark.parametrize("name", EVERYBODY)
def test_the_balance_at_issue_is_the_amount_owed_then(still: Still, api: httpx.Client, name: str) -> None:
    """It is everything charged less everything paid up to that day, the invoice itself included. Source: energy.adds-up"""
    consent = household(still, name, "invoice", "billing")
    billing = rows(api, "billing", consent)

    for invoice in rows(api, "invoice", consent):
        of_account = [row for row in billing if row["account_id"] == invoice["account_id"]]
        then = [row for row in of_account if row["execution_date_time"][:10] <= invoice["issue_date"]]
        paid = sum(Decimal(own(row)["amount"]) for row in then if row["transaction_u_type"] == "payment")
        charged = sum(
            Decimal(own(row)["amount"]) + Decimal(row["gst"]) for row in then if row["transaction_u_type"] != "payment"
        )
        assert Decimal(invoice["balance_at_issue"]) == charged - paid


def test_bills_are_paid_part_paid_and_open(still: Still, api: httpx.Client) -> None:
    """The newest bill is not due yet; a household that pays by hand has paid half of the one before."""
    rosa, ben = household(still, "rosa", "invoice"), household(still, "ben", "invoice")

    by_debit = [row["payment_status"] for row in rows(api, "invoice", rosa)]
    by_hand = [row["payment_status"] for row in rows(api, "invoice", ben)]

    assert by_debit == ["NOT_PAID", *["PAID"] * 5]
    assert by_hand == ["NOT_PAID", "PARTIALLY_PAID", "PAID", "PAID"]


def test_periods_follow_one_another(still: Still, api: httpx.Client) -> None:
    """Invoices skip no day and bill none twice."""
    consent = household(still, "ben", "invoice")

    spans = sorted((row["period"]["start_date"], row["period"]["end_date"]) for row in rows(api, "invoice", consent))

    ends = [date.fromisoformat(end).toordinal() for _, end in spans[:-1]]
    assert [date.fromisoformat(start).toordinal() for start, _ in spans[1:]] == [end + 1 for end in ends]
    assert spans[0] == ("2025-03-01", "2025-05-31")


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_concession_is_taken_off_each_bill(still: Still, api: httpx.Client, name: str) -> None:
    """A concession is an amount or a percentage of the usage; a household without one pays everything.

    Source: energy.adds-up
    """
    consent = household(still, name, "invoice", "concessions")
    concessions = {row["account_id"]: row for row in rows(api, "concessions", consent)}

    for invoice in rows(api, "invoice", consent):
        concession = concessions.get(invoice["account_id"], {"amount": "0.00"})
        used = Decimal((invoice.get("electricity") or invoice["gas"])["total_usage_charges"])
        part = cents(used * Decimal(concession.get("percentage", "0")))
        assert Decimal(invoice["account_charges"]["total_discounts"]) == Decimal(concession.get("amount", "0")) + part


def test_bills_of_generated_households_add_up(still: Still, api: httpx.Client) -> None:
    """A person generated for a new address has bills that are the sum of their charges.

    Source: energy.adds-up, journey.any-email
    """
    from fiskil_harness.sandbox.consents.people import generated_person

    kinds = set()
    for number in range(12):
        person = still.sandbox.add_person(generated_person(seed=7, number=number))
        consent = still.sandbox.authorise(still.sandbox.create_end_user(person), institution_id="99999")
        for dataset in ("invoices", "billing", "payment_schedule"):
            still.sandbox.sync(consent, dataset)
        client = still.client()
        for invoice in rows(client, "invoice", consent):
            charges = rows(client, "billing", consent, invoice_number=invoice["invoice_number"])
            whole = sum(Decimal(own(row)["amount"]) + Decimal(row["gst"]) for row in charges)
            assert Decimal(invoice["invoice_amount"]) == whole
        kinds |= {row["payment_schedule_u_type"] for row in rows(client, "payment-schedules", consent)}

    assert len(kinds) >= 3


def test_bills_are_the_same_after_a_sandbox_of_another_month() -> None:
    """Only the first bill of an account has the connection fee, although sandboxes share what they calculated."""
    person = catalog.person("every_field")
    at, later = datetime(2026, 1, 10, 12, tzinfo=UTC), datetime(2026, 2, 10, 12, tzinfo=UTC)

    own = {moment: data_of(person, seed=90, at=moment, datasets=("invoices",)) for moment in (at, later)}
    biller_of.cache_clear()

    assert data_of(person, seed=90, at=later, datasets=("invoices",)) == own[later]


def test_the_same_seed_gives_the_same_usage(still: Still) -> None:
    """Only the seed decides a household's usage, whichever end user reads it."""
    first, second = household(still, "rosa", "usage"), household(still, "rosa", "usage")

    reads = [
        [(row.read_start_date, row.register_suffix, row.interval_read) for row in still.sandbox.rows(consent, "usage")]
        for consent in (first, second)
    ]

    assert reads[0] == reads[1]
