"""Served values: which shown fields of a row are compared, and how a shown value may differ."""

from typing import Any

import pytest

from fiskil_harness.journal.queries.rows import Place
from fiskil_harness.journal.queries.served_values import ShownField, shown_fields

ROW = {
    "key": "a",
    "fiskil_id": "bank_tx_a",
    "account_id": "acc1",
    "amount": "-12.50",
    "description": "COFFEE",
    "posting_date_time": "2026-10-02T09:27:00Z",
}


def fields_of(*records: Any, rows: tuple[dict[str, Any], ...] = (ROW,)) -> dict[str, ShownField]:
    """Return the fields of the row that *records* of the state show, by name."""
    mentions = {"bank_tx_a": [Place("$.rows[*]", record) for record in records]}
    return {field.name: field for field in shown_fields(mentions, {"bank_tx_a": rows})}


@pytest.mark.parametrize(
    ("record", "names"),
    [
        ({"amount": "-12.50"}, ["amount"]),
        ({"amount": "-99.00"}, []),
        ({"amount": "-99.00", "description": "coffee"}, ["amount"]),
        ({"amount": "-99.00", "title": "coffee"}, ["amount"]),
        ({"amount": "-99.00", "description": "Rent"}, []),
        ({"amount": "-99.00", "account_id": "acc1"}, []),
        ({"amount": "-99.00", "key": "a"}, []),
        ({"amount": "-99.00", "original": "-12.50"}, []),
        ({"amount": "-99.00", "postingDateTime": "2026-10-02T09:27:00Z"}, ["amount", "posting_date_time"]),
        ({"amount": "-12", "posting_date_time": "2026-10-01"}, ["amount", "posting_date_time"]),
        ({"amount": "-99", "posting_date_time": "2026-10-01"}, []),
        ({"amount": "-12"}, []),
        ({"AMOUNT": "-12.50"}, ["amount"]),
        ({"amount": "-12.50", "sums": {"Amount": "-99.00"}}, []),
        ({"sums": {"amount": "-12.50"}}, ["amount"]),
        ({"amount": ["-12.50"]}, []),
        ({"amount": None}, []),
        ({"description": "COFFEE"}, []),
        (["-12.50"], []),
    ],
)
def test_a_different_value_counts_in_a_copy_of_the_row(record: Any, names: list[str]) -> None:
    """A copy has another value of the row, besides ids, or several fields that are all right or almost right."""
    assert sorted(fields_of({"id": "bank_tx_a", **record} if isinstance(record, dict) else record)) == names


def test_a_field_has_the_values_of_every_version_and_record() -> None:
    """The name of the row is that of the last version, and each date of the row is one of its days."""
    first = {**ROW, "amount": "-10.00", "paid_date": "2026-10-01", "settled": True}
    record = {"amount": "-12.50", "description": "COFFEE"}

    field = fields_of(record, {**record, "amount": "-10.00"}, rows=(first, ROW))["amount"]

    assert (field.row, field.shown, field.served) == ("a", ("-12.50", "-10.00"), ("-10.00", "-12.50"))
    assert field.days == ("2026-10-02T09:27:00Z", "2026-10-01")
    assert str(field) == "a: amount is -12.50, and the API served -10.00 or -12.50"


@pytest.mark.parametrize("value", [None, "", True, False])
def test_an_empty_value_shows_no_copy(value: Any) -> None:
    """Every record may have it."""
    rows = ({**ROW, "note": value},)

    assert fields_of({"amount": "-99.00", "note": value}, rows=rows) == {}


def field(shown: Any, *served: Any, name: str = "amount", days: tuple[str, ...] = ()) -> ShownField:
    """Return a field with one shown value."""
    return ShownField("a", name, (shown,), served, days)


@pytest.mark.parametrize(
    ("shown", "served", "is_close"),
    [
        (14, 14.203, True),
        ("15", 14.203, True),
        (-14.2, 14.203, True),
        (14.21, 14.203, True),
        (16, 14.203, False),
        (14.203, 14.203, False),
        ("14.2030", "14.203", False),
        (14.2031, 14.203, False),
        (1, 0.001, False),
        (1, 0.01, False),
        (1, 0.1, True),
        (1, 0.02, True),
        (0, 0.001, True),
        ("many", 14.203, False),
        (True, 0.5, False),
        (14, "many", False),
        ("NaN", 14.203, False),
        ("1e41", 14.203, False),
        ("1234567890123456789012345678901", "1234567890123456789012345678901.5", True),
    ],
)
def test_a_number_with_fewer_digits_is_close(shown: Any, served: Any, is_close: bool) -> None:
    """It was rounded up or down; a number in a hundredth or thousandth of the unit is not rounded."""
    assert field(shown, served).is_close is is_close


@pytest.mark.parametrize(
    ("shown", "is_close"), [("2026-09-30", True), ("2026-10-02", True), ("2026-10-03", False), ("soon", False)]
)
def test_a_day_beside_the_served_one_is_close(shown: str, is_close: bool) -> None:
    """It went through the local time."""
    assert field(shown, "2026-10-01", name="day").is_close is is_close


@pytest.mark.parametrize(
    ("shown", "served", "name", "agrees"),
    [
        ("-12.50", "-12.50", "amount", True),
        (12.5, "-12.50", "amount", True),
        ("many", "-12.50", "amount", True),
        ("-12.49", "-12.50", "amount", False),
        ("-12.34", "-12.345", "amount", True),
        ("12.35", "-12.345", "amount", True),
        ("12.3", "-12.345", "amount", False),
        ("12.34", "12.345", "deposit_rate", False),
        ("12.34", "12.345", "unit_price", False),
        (14.2030001, 14.203, "total", True),
        (14.20301, 14.203, "total", False),
        (14.20, 14.203, "total", False),
        (0, "0.00", "amount", True),
        ("1e40", "12.50", "amount", False),
        ("1e41", "12.50", "amount", True),
        ("1e-40", "12.50", "amount", False),
        ("1e-41", "12.50", "amount", True),
        ("1234567890123456789012345678901.55", "1234567890123456789012345678901.555", "amount", True),
        ("2026-10-02", "2026-10-01", "end_date", True),
        ("2026-10-02", "2026-10-01", "read_end_date", True),
        ("2026-10-01T00:00:00", "2026-10-01", "end_date", True),
        ("2026-10-03", "2026-10-01", "end_date", False),
        ("2026-09-30", "2026-10-01", "end_date", False),
        ("2026-10-02", "2026-10-01", "sending_date", False),
        ("soon", "2026-10-01", "day", True),
    ],
)
def test_a_shown_value_agrees_in_another_spelling(shown: Any, served: Any, name: str, agrees: bool) -> None:
    """Money may lose fractions of a cent, a float its last digits, and a period may end before the next day."""
    assert field(shown, served, name=name).agrees is agrees


@pytest.mark.parametrize(("shown", "agrees"), [("2026-09-05", True), ("2026-09-06", False)])
def test_a_date_may_be_another_one_of_the_row(shown: str, agrees: bool) -> None:
    """An app may show when it was paid in place of when it was issued."""
    assert field(shown, "2026-10-01", name="day", days=("2026-09-05",)).agrees is agrees


@pytest.mark.parametrize(
    ("shown", "served", "agrees"),
    [
        ("2026-10-02T19:27:00Z", "2026-10-02T09:27:00Z", False),
        ("2026-10-02T09:57:00Z", "2026-10-02T09:27:00Z", False),
        ("2026-10-02T09:42:00Z", "2026-10-02T09:27:00Z", True),
        ("2026-10-02T23:27:00Z", "2026-10-02T09:27:00Z", False),
        ("2026-10-02T23:57:00Z", "2026-10-02T09:27:00Z", True),
        ("2026-10-02T19:30:00Z", "2026-10-02T09:30:00Z", True),
        ("2026-10-02T19:00:00Z", "2026-10-02T09:00:00Z", True),
    ],
)
def test_a_moment_that_moved_by_half_hours_is_another(shown: str, served: str, agrees: bool) -> None:
    """Offsets of time zones are at most fourteen hours, and a full or half hour may be a time that the app made up."""
    assert field(shown, served, name="posting_date_time").agrees is agrees


def test_a_moment_near_another_one_of_the_row_is_that_one() -> None:
    """The app may show when it was executed, a little later."""
    shown = field("2026-10-02T19:29:00Z", "2026-10-02T09:29:00Z", name="posting_date_time", days=("2026-10-02T19:12:00Z",))

    assert shown.agrees


@pytest.mark.parametrize(
    ("shown", "served", "factors"),
    [(1250, "-12.50", {100.0}), (-14203, 14.203, {1000.0}), (0, "12.50", set()), ("x", "12.50", set()), (9, "0.00", set())],
)
def test_a_factor_is_the_quotient_of_two_numbers(shown: Any, served: Any, factors: set[float]) -> None:
    """The sign does not matter, and zero shows no factor."""
    assert field(shown, served).factors == factors


def test_a_field_may_be_divided_by_its_factor() -> None:
    """A value that is no number is left out."""
    many = ShownField("a", "amount", (1250, "x", 14203000.000000002), ("-12.50",), ())

    assert many.divided_by(1000.0).shown == ("1.25", "14203.0000000000")


@pytest.mark.parametrize(
    ("served", "is_date", "is_number"),
    [
        (("2026-10-01",), True, False),
        (("2026-10-01T09:00:00Z",), True, False),
        (("2026-13-01",), False, False),
        (("2026-10-01", "never"), False, False),
        ((14.203, 9), False, True),
        (("12.50",), False, True),
        (("12",), False, False),
        (("1e3",), False, False),
        (("12.50", None), False, False),
        ((True,), False, False),
    ],
)
def test_a_field_has_dates_or_numbers(served: tuple[Any, ...], is_date: bool, is_number: bool) -> None:
    """A text of digits alone may be an id."""
    found = ShownField("a", "x", (), served, ())

    assert (found.is_date, found.is_number) == (is_date, is_number)
