"""Energy as days pass: reads arrive, bills are sent and paid, and at each instant everything adds up.

The sums use only what the API returns, as an app would.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import pytest

from fiskil_harness.core.model import Consent
from fiskil_harness.core.net.server import Loop
from fiskil_harness.sandbox.consents.people import generated_person
from tests.sandbox.energy.households import RETAILER, every_row, household, rows
from tests.sandbox.still import Still

Line = dict[str, Any]
FREE = {"Solar feed-in", "Concession"}


@pytest.fixture
def grown(loop: Loop, request: pytest.FixtureRequest) -> Iterator[tuple[Still, Consent]]:
    """Yield a generated household of a seed, some days after its consent."""
    seed, days = request.param
    still = Still(loop, seed=seed)
    still.sandbox.configure(consent_days=365)
    person = still.sandbox.add_person(generated_person(seed=seed, number=seed))
    consent = still.sandbox.authorise(still.sandbox.create_end_user(person), institution_id=RETAILER)
    still.sandbox.clock.advance(days=days, minutes=1 if days < 365 else -1)
    yield still, consent
    still.close()


def own(row: Line) -> Line:
    names = {"onceOff": "once_off", "otherCharges": "other_charges"}
    fields: Line = row[names.get(row["transaction_u_type"], row["transaction_u_type"])]
    return fields


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def contract_of(account: Line) -> Line:
    detail = account["plans"][0]["plan_detail"]
    contract: Line = detail.get("electricity_contract") or detail["gas_contract"]
    return contract


def prices_of(contract: Line) -> dict[str, Decimal]:
    """Return the price of a kilowatt-hour by the time of use of bills."""
    tariff = contract["tariff_period"][0]
    prices = {"ALL_DAY": tariff["singleRate"]["rates"][0]["unit_price"]} if "singleRate" in tariff else {}
    prices |= {block["type"]: block["rates"][0]["unit_price"] for block in tariff.get("timeOfUseRates", ())}
    controlled = [row["singleRate"]["rates"][0]["unit_price"] for row in contract.get("controlled_load", ())]
    fed_in = [f"-{row['single_tariff']['rates'][0]['unit_price']}" for row in contract.get("solar_feed_in_tariff", ())]
    others = [*zip(("CONTROLLED_LOAD",), controlled, strict=False), *zip(("SOLAR",), fed_in, strict=False)]
    return {kind: Decimal(price) for kind, price in (*prices.items(), *others)}


def energy_of(read: Line) -> Decimal:
    return Decimal(
        str((read.get("interval_read") or {}).get("aggregate_value") or (read.get("basic_read") or {}).get("value", 0))
    )


EVERY_MOMENT = [(seed, days) for seed in (1, 2, 3, 4, 5) for days in (0, 30, 365)]


@pytest.mark.parametrize("grown", EVERY_MOMENT, indirect=True, ids=lambda value: f"seed{value[0]}-day{value[1]}")
def test_everything_adds_up_at_any_instant(grown: tuple[Still, Consent]) -> None:
    """Usage, supply, concessions and GST add up to invoices and balances. Source: energy.adds-up"""
    still, consent = grown
    api = still.client()
    accounts = {row["account_id"]: contract_of(row) for row in rows(api, "accounts", consent)}
    lines, invoices = every_row(api, "billing", consent), rows(api, "invoice", consent)
    reads = every_row(api, "usage", consent)

    for invoice in invoices:
        first, last = (date.fromisoformat(invoice["period"][end]) for end in ("start_date", "end_date"))
        contract = accounts[invoice["account_id"]]
        charges = [line for line in lines if own(line).get("invoice_number") == invoice["invoice_number"]]
        usage_lines = [own(charge) for charge in charges if charge["transaction_u_type"] == "usage"]
        (supplied,) = (own(charge) for charge in charges if charge["transaction_u_type"] == "otherCharges")
        gst = sum(Decimal(charge["gst"]) for charge in charges)
        assert [Decimal(line["amount"]) for line in usage_lines] == [
            cents(Decimal(str(line["usage"])) * prices_of(contract)[line["time_of_use_type"]]) for line in usage_lines
        ]
        assert Decimal(supplied["amount"]) == cents(
            Decimal(contract["tariff_period"][0]["daily_supply_charge"]) * ((last - first).days + 1)
        )
        assert gst == sum(
            cents(Decimal(own(charge)["amount"]) / 10) for charge in charges if own(charge)["description"] not in FREE
        )
        assert Decimal(invoice["invoice_amount"]) == sum(Decimal(own(charge)["amount"]) for charge in charges) + gst
        counted = (
            [read for read in reads if str(first) <= read["read_start_date"] <= str(last)]
            if invoice["service_points"]
            else []
        )
        assert sum(map(energy_of, counted)) == sum(
            Decimal(str(line["usage"])) for line in usage_lines if invoice["service_points"]
        )
    for row in rows(api, "balances", consent):
        account_lines = [line for line in lines if line["account_id"] == row["account_id"]]
        paid = sum(Decimal(own(row)["amount"]) for row in account_lines if row["transaction_u_type"] == "payment")
        billed = sum(
            Decimal(invoice["invoice_amount"]) for invoice in invoices if invoice["account_id"] == row["account_id"]
        )
        assert Decimal(row["balance"]) == billed - paid


def test_reads_arrive_day_by_day(still: Still) -> None:
    """Each morning has the read of the day before, and none is missing after a month. Source: sync.recurrence"""
    consent = household(still, "rosa", is_synced=False)
    newest = []
    for _ in range(3):
        still.sandbox.clock.advance(days=1, minutes=1)
        newest.append(rows(still.client(), "usage", consent)[0]["read_start_date"])
    still.sandbox.clock.advance(days=30)

    days = {row["read_start_date"] for row in every_row(still.client(), "usage", consent)}

    assert newest == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert days == {
        str(date(2025, 9, 1) + timedelta(days=number)) for number in range((date(2026, 4, 4) - date(2025, 9, 1)).days)
    }


def test_clock_changes_do_not_affect_reads(still: Still) -> None:
    """Market time has no daylight saving, so each day has 48 half hours. Source: energy.market-time"""
    still.sandbox.configure(consent_days=365)
    consent = household(still, "rosa", is_synced=False)
    still.sandbox.clock.advance(days=250)

    half_hours = {
        row["read_start_date"]: len(row["interval_read"]["interval_reads"])
        for row in every_row(still.client(), "usage", consent)
        if row["register_suffix"] == "E1"
    }

    assert (half_hours["2026-04-05"], half_hours["2026-10-04"]) == (48, 48)
    assert set(half_hours.values()) == {48}


def test_monthly_bills_are_issued_and_paid_on_schedule(still: Still) -> None:
    """A new invoice appears the morning after its issue, unpaid, and is paid 26 days later, or on the next business day.

    The 27th of April 2026 is a public holiday. Source: energy.bill-days
    """
    consent = household(still, "rosa", is_synced=False)
    newest_by_day = []
    for day in (30, 1, 1, 26, 1):
        still.sandbox.clock.advance(days=day, minutes=1 if day == 30 else 0)
        newest = rows(still.client(), "invoice", consent)[0]
        newest_by_day.append((newest["issue_date"], newest["payment_status"]))

    assert newest_by_day == [
        ("2026-03-01", "PAID"),
        ("2026-04-01", "NOT_PAID"),
        ("2026-04-01", "NOT_PAID"),
        ("2026-04-01", "PAID"),
        ("2026-04-01", "PAID"),
    ]


def test_a_manual_payer_pays_the_rest_with_the_next_bill(still: Still) -> None:
    """Each quarter half is paid when the bill is due, and half when the next one is. Source: energy.bill-days"""
    still.sandbox.configure(consent_days=365)
    consent = household(still, "ben", is_synced=False)
    statuses = []
    for day in (1, 30, 91):
        still.sandbox.clock.advance(days=day, minutes=1)
        statuses.append([row["payment_status"] for row in rows(still.client(), "invoice", consent)][:3])

    assert statuses == [
        ["NOT_PAID", "PARTIALLY_PAID", "PAID"],
        ["PARTIALLY_PAID", "PAID", "PAID"],
        ["PARTIALLY_PAID", "PAID", "PAID"],
    ]


def test_past_records_never_change(still: Still) -> None:
    """A read, a charge, a payment, and an invoice except its status are equal half a year later."""
    still.sandbox.configure(consent_days=365)
    consent = household(still, "priya", is_synced=False)
    snapshots = []
    for days in (1, 180):
        still.sandbox.clock.advance(days=days)
        api = still.client()
        lists = {path: every_row(api, path, consent) for path in ("usage", "billing", "invoice")}
        snapshots.append(
            {row["fiskil_id"]: {**row, "payment_status": ""} for path_rows in lists.values() for row in path_rows}
        )

    earlier, later = snapshots
    assert {key: later[key] for key in earlier} == earlier
    assert len(later) > len(earlier) > 1000


def after(loop: Loop, *jumps: int) -> dict[str, list[Line]]:
    """Return the API's rows of Rosa's household after *jumps* of days, with a read after each jump."""
    still = Still(loop)
    still.sandbox.configure(consent_days=365)
    consent = household(still, "rosa", is_synced=False)
    for days in jumps:
        still.sandbox.clock.advance(days=days)
        assert rows(still.client(), "balances", consent)
    still.sandbox.clock.advance(minutes=1)
    served = {path: every_row(still.client(), path, consent) for path in ("usage", "billing", "invoice", "balances")}
    still.close()
    return served


@pytest.mark.parametrize("jumps", [(1, 59, 3, 137), (50, 50, 50, 50)])
def test_rows_do_not_depend_on_how_the_clock_moves(loop: Loop, jumps: tuple[int, ...]) -> None:
    """A jump of 200 days gives the same rows as several smaller jumps."""
    at_once, walked = after(loop, 200), after(loop, *jumps)

    assert walked == at_once
    days = (date(2026, 9, 18) - date(2025, 9, 1)).days
    assert [len(at_once[path]) for path in ("usage", "invoice", "balances")] == [3 * days, 12, 1]


def test_a_concession_is_renewed_every_year(still: Still, api: httpx.Client) -> None:
    """The end of a concession is in the future, also after a year. Source: energy.adds-up"""
    still.sandbox.configure(consent_days=365)
    consent = household(still, "ben", is_synced=False)
    ends = []
    for days in (1, 363):
        still.sandbox.clock.advance(days=days)
        (row,) = rows(still.client(), "concessions", consent)
        ends.append((row["start_date"], row["end_date"]))

    assert ends == [("2025-03-01", "2027-02-28"), ("2025-03-01", "2027-02-28")]


@pytest.mark.parametrize("days", [1, 30, 100, 364])
@pytest.mark.parametrize("name", ["rosa", "ben", "priya"])
def test_no_record_is_in_the_future(still: Still, name: str, days: int) -> None:
    """Reads end before today, and only due dates are in the future."""
    still.sandbox.configure(consent_days=365)
    consent = household(still, name, is_synced=False)
    still.sandbox.clock.advance(days=days, minutes=1)
    api, today = still.client(), still.sandbox.clock.now().date().isoformat()

    assert max(row["read_end_date"] for row in every_row(api, "usage", consent)) < today
    assert max(row["issue_date"] for row in rows(api, "invoice", consent)) < today
    assert max(row["execution_date_time"] for row in every_row(api, "billing", consent)) < today
