"""Income: totals computed from transactions in a range of days."""

from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from fiskil_harness.core.model import Consent
from fiskil_harness.sandbox import EndUser
from fiskil_harness.sandbox.api.income import months_before
from fiskil_harness.sandbox.bank.income import frequency
from tests.sandbox.still import NOON, Still


def income(api: httpx.Client, consent: Consent, query: str = "") -> dict[str, Any]:
    response = api.get(f"/v1/banking/income?end_user_id={consent.end_user_id}&{query}")
    assert response.status_code == 200
    body: dict[str, Any] = response.json()
    return body


def salaries(api: httpx.Client, consent: Consent, category: str = "INCOME_SALARY") -> list[dict[str, Any]]:
    """Return the rows of a category at the transactions endpoint, oldest first."""
    params = {"end_user_id": consent.end_user_id, "page[size]": "1000", "secondary_category": category, "status": "POSTED"}
    served: list[dict[str, Any]] = api.get("/v1/banking/transactions", params=params).json()["transactions"]
    return served[::-1]


def test_income_equals_its_transactions(still: Still, api: httpx.Client) -> None:
    """Rosa's pay is one biweekly source with every row once, their total, and the first and last day.

    Source: income.period
    """
    consent = still.consent("rosa")
    paid = salaries(api, consent)
    total = sum(Decimal(row["amount"]) for row in paid)

    (source,) = income(api, consent)["income_sources"]

    assert source == {
        "account_id": paid[0]["account_id"],
        "institution_id": "88888",
        "category": "INCOME_SALARY",
        "currency": "AUD",
        "income_frequency": "BIWEEKLY",
        "income_total": str(total),
        "period_from": paid[0]["posting_date_time"][:10],
        "period_to": paid[-1]["posting_date_time"][:10],
        "total_transactions": len(paid),
        "transactions": paid,
    }


def test_monthly_figures_use_calendar_months(still: Still, api: httpx.Client) -> None:
    """Average and median cover every month from the first payment to the last. Source: income.months"""
    consent = still.consent("rosa")
    sums: dict[str, Decimal] = {}
    for salary in salaries(api, consent):
        month = salary["posting_date_time"][:7]
        sums[month] = sums.get(month, Decimal(0)) + Decimal(salary["amount"])
    ordered = sorted(sums.values())
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

    summary = income(api, consent)["income_summary"]

    assert summary["total"] == [{"currency": "AUD", "income_total": str(sum(ordered))}]
    assert Decimal(summary["monthly_avg"][0]["income_monthly"]) == round(sum(ordered) / len(ordered), 2)
    assert Decimal(summary["monthly_median"][0]["income_monthly"]) == round(median, 2)


def test_every_consent_counts(still: Still, api: httpx.Client) -> None:
    """The pay of two people under one end user makes two sources and one summary."""
    end_user = still.enrol("rosa")
    for holder in (end_user.person, still.enrol("ben").person):
        consent = still.sandbox.authorise(EndUser(still.sandbox, holder, end_user_id=end_user.end_user_id))
        still.sandbox.sync(consent, "transactions")

    result = income(api, consent)

    assert sorted(row["income_frequency"] for row in result["income_sources"]) == ["BIWEEKLY", "WEEKLY"]
    totals = [Decimal(row["income_total"]) for row in result["income_sources"]]
    assert Decimal(result["income_summary"]["total"][0]["income_total"]) == sum(totals)
    chosen = result["income_sources"][0]["account_id"]
    for name in ("account_id", "account_id[]"):
        only = income(api, consent, f"{name}={chosen}")
        assert [row["account_id"] for row in only["income_sources"]] == [chosen]


def test_days_are_inclusive(still: Still, api: httpx.Client) -> None:
    """The days of ``from`` and ``to`` both count. Source: income.window, income.zone"""
    consent = still.consent("rosa")
    days = [salary["posting_date_time"][:10] for salary in salaries(api, consent)]

    exact = income(api, consent, f"from={days[1]}&to={days[-2]}")["income_sources"][0]

    assert exact["total_transactions"] == len(days) - 2
    assert (exact["period_from"], exact["period_to"]) == (days[1], days[-2])


def test_the_window_reaches_back_six_months(still: Still, api: httpx.Client) -> None:
    """Of Priya's history of a year, the last six months count. Source: income.window"""
    consent = still.consent("priya")
    since = months_before(NOON.date(), 6).isoformat()

    transactions = income(api, consent)["income_sources"][0]["transactions"]

    assert since == "2025-09-02"
    assert transactions == [salary for salary in salaries(api, consent) if salary["posting_date_time"][:10] >= since]


@pytest.mark.parametrize("name", ["categories", "categories[]"])
def test_other_categories_can_be_requested(still: Still, api: httpx.Client, name: str) -> None:
    """Several categories can be given, and only incoming payments count.

    Source: income.categories, income.repeated, income.posted
    """
    consent = still.consent("rosa")

    result = income(api, consent, f"{name}=TRANSFER_IN_SAVINGS&{name}=INCOME_SALARY&{name}=FOOD_AND_DRINK_GROCERIES")

    assert {row["category"] for row in result["income_sources"]} == {"TRANSFER_IN_SAVINGS", "INCOME_SALARY"}


def test_before_the_sync_there_is_no_income(still: Still, api: httpx.Client) -> None:
    """Before the first sync there is no source, the totals are empty, and the period is the requested one.

    Source: data.after-sync, income.period
    """
    consent = still.consent("rosa", is_synced=False)

    assert income(api, consent, "from=2026-01-01&to=2026-02-01") == {
        "income_sources": [],
        "income_summary": {
            "period_from": "2026-01-01",
            "period_to": "2026-02-01",
            "total_transactions": 0,
            "total": [],
            "monthly_avg": [],
            "monthly_median": [],
        },
    }


@pytest.mark.parametrize("value", ["2026-01-01T00:00:00Z", "2026-1-1", "2026-02-30", "20260101", "yesterday", "01/02/2026"])
@pytest.mark.parametrize("name", ["from", "to"])
def test_income_accepts_only_dates(still: Still, api: httpx.Client, name: str, value: str) -> None:
    """A date-time, which transactions require, is refused here. Source: data.date-only"""
    response = api.get("/v1/banking/income", params={"end_user_id": "eu_1", name: value})

    assert (response.status_code, response.json()["name"]) == (400, "InvalidRequest")


def test_income_needs_an_end_user(still: Still, api: httpx.Client) -> None:
    """A request without an end user gets 400. Source: data.end-user-required"""
    assert api.get("/v1/banking/income").status_code == 400


@pytest.mark.parametrize(
    ("gaps", "word"),
    [
        ([], "MONTHLY"),
        ([7, 7], "WEEKLY"),
        ([10], "WEEKLY"),
        ([14, 14, 35], "BIWEEKLY"),
        ([20], "BIWEEKLY"),
        ([31], "MONTHLY"),
    ],
)
def test_the_median_gap_decides_the_frequency(gaps: list[int], word: str) -> None:
    """The median gap between payments decides the frequency. Source: income.frequency"""
    days = [date(2026, 1, 1)]
    for gap in gaps:
        days.append(date.fromordinal(days[-1].toordinal() + gap))

    assert frequency(days) == word


@pytest.mark.parametrize(
    ("today", "before"), [("2026-08-31", "2026-02-28"), ("2026-03-02", "2025-09-02"), ("2024-08-31", "2024-02-29")]
)
def test_six_months_before(today: str, before: str) -> None:
    """The result is the same day six months before, or the last day of that month."""
    assert months_before(date.fromisoformat(today), 6).isoformat() == before
