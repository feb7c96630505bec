"""Totals of rows, and the amounts that a state shows in any notation."""

from decimal import Decimal
from typing import Any

import pytest

from fiskil_harness.journal.queries.totals import amounts_at, totals


def row(amount: str, *, account: str = "a", day: str = "2026-10-12T09:00:00Z", **fields: str) -> dict[str, Any]:
    """A posted transaction."""
    return {"amount": amount, "account_id": account, "posting_date_time": day, "status": "POSTED", **fields}


ROWS = (
    row("-120.50", primary_category="food", merchant_name="M"),
    row("-200.25", day="2026-09-30T20:00:00Z", primary_category="rent"),
    row("900.00", account="b", primary_category="pay"),
    row("450.40", account="b", day="2026-09-02T20:00:00Z", primary_category="pay", merchant_name="M"),
    row("-77.10", account="b", status="PENDING", primary_category="food"),
)


@pytest.mark.parametrize(
    ("total", "of"),
    [
        ("952.55", "all rows"),
        ("1029.65", "all posted rows"),
        ("397.85", "all payments, pending ones too"),
        ("1350.40", "all income"),
        ("320.75", "one account"),
        ("702.40", "October in UTC"),
        ("250.15", "September in UTC"),
        ("502.15", "October in Sydney"),
        ("197.60", "one category"),
        ("329.90", "one merchant"),
        ("822.90", "one account in one month"),
        ("250.15", "one month with two categories"),
    ],
)
def test_totals_of_usual_groups_are_found(total: str, of: str) -> None:
    """An app may add up rows in each of these ways."""
    assert Decimal(total) in totals(ROWS), of


def test_one_row_and_small_sums_are_no_totals() -> None:
    """They may be in a state for another reason."""
    assert totals([row("-900.00"), row("5.10", account="b", day="2026-01-01T00:00:00Z")]) == {Decimal("894.90")}
    assert totals([row("-50.00"), row("-49.99")]) == set()


def test_balances_are_added_up() -> None:
    """The total of an end user's balances is what many apps show first; invoices have amounts too."""
    assert Decimal("1234.56") in totals([{"current_balance": "1000.00"}, {"current_balance": "234.56"}])
    assert totals([{"invoice_amount": "300.10"}, {"invoice_amount": "200.05"}]) == {Decimal("500.15")}


@pytest.mark.parametrize("value", ["abc", None, "NaN", "2026", {"odd": 1}])
def test_amounts_that_cannot_be_read_have_no_totals(value: Any) -> None:
    """They are left out; so are totals in whole dollars."""
    assert totals([row(value)] * 2) == set()


@pytest.mark.parametrize("day", ["", "soon", "2026-13-01"])
def test_rows_without_a_date_are_in_no_month(day: str) -> None:
    """They count in the other totals."""
    assert totals([row("60.40", day=day), row("70.15", day=day)]) == {Decimal("130.55")}


@pytest.mark.parametrize(
    "value", [1234.5, "1234.50", "$1,234.50", 123450, {"units": "1234", "nanos": 500000000}, -1234.5, 1234.4999999999998]
)
def test_an_amount_is_found_in_each_notation(value: Any) -> None:
    """The sign and the unit do not matter."""
    assert ("$.spent[*].sum", Decimal("1234.5")) in set(amounts_at({"spent": [{"sum": value}]}))


def test_months_and_ids_are_left_out_of_paths() -> None:
    """They would differ from run to run."""
    assert {path for path, _ in amounts_at({"spent": {"2026-10": 5.5, "acc_1": {"all": 6.5}}})} == {
        "$.spent.*",
        "$.spent.*.all",
    }


@pytest.mark.parametrize("value", [True, None, "NaN", "Infinity", "cash", [], {}, 1e300, 10**40, "9" * 90])
def test_other_values_are_no_amounts(value: Any) -> None:
    """They are in many states."""
    assert list(amounts_at([value, {"a": value}])) == []


def test_a_deep_state_is_read() -> None:
    """An app's state may be nested as deeply as JSON allows."""
    state: Any = 123.45
    for _ in range(5_000):
        state = [state]

    assert [amount for _, amount in amounts_at(state)] == [Decimal("123.45")]
