"""Amounts that the API served: those of each participant, the unusual ones, and those that a fault changed."""

from decimal import Decimal

import pytest

from fiskil_harness.journal import Rows
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.amounts import ServedAmounts, served_amounts


def amounts_of(tape: JournalBuilder) -> ServedAmounts:
    """Return the amounts of the rows that were recorded last."""
    return served_amounts(tape.journal, tape.journal.all(Rows)[-1])


def test_amounts_of_each_participant_are_separate(tape: JournalBuilder) -> None:
    """Another end user's row with the same id has another amount."""
    tape.rows(tape.transaction("a", amount="-1.00"))
    tape.rows(tape.transaction("a", amount="-2.00"), participant="b")
    tape.rows(tape.transaction("a", amount="-3.00"), dataset="balances", participant="b")
    tape.rows(tape.transaction("a", amount="-4.00"), participant="b")

    assert amounts_of(tape).all == {"bank_tx_a": {Decimal("-2.00"), Decimal("-4.00")}}


@pytest.mark.parametrize(
    ("amount", "is_unusual"),
    [
        ("1000000000", True),
        ("-1000000000.00", True),
        ("999999999.99", False),
        ("12.345", True),
        ("12.34", False),
        ("-0.00", True),
        ("0.00", False),
    ],
)
def test_huge_and_fine_amounts_and_negative_zero_are_unusual(tape: JournalBuilder, amount: str, is_unusual: bool) -> None:
    """A billion is huge, and thousandths of a dollar are fractions of a cent."""
    tape.rows(tape.transaction("a", amount=amount))

    served = amounts_of(tape)

    assert served.unusual == ({"bank_tx_a": {Decimal(amount)}} if is_unusual else {})
    assert served.plain == ({} if is_unusual else {"bank_tx_a": Decimal(amount)})
    assert served.since_s == (1.0 if is_unusual else 0.0)


def test_a_row_with_two_amounts_has_no_plain_one(tape: JournalBuilder) -> None:
    """The app may show either amount."""
    tape.rows(tape.transaction("a", amount="-1.00"), tape.transaction("b", amount="-1.00"))
    tape.rows(tape.transaction("a", amount="-2.00"), tape.transaction("b", amount="-1.00"))

    assert amounts_of(tape).plain == {"bank_tx_b": Decimal("-1.00")}


@pytest.mark.parametrize("amount", [None, "NaN", "Infinity", "many", 1.5, ["1.00"]])
def test_other_values_are_no_amounts(tape: JournalBuilder, amount: object) -> None:
    """Only finite numbers with their exact digits can be compared."""
    tape.rows(tape.transaction("a", amount=amount), tape.transaction("b", amount="-1.00"))

    assert amounts_of(tape).all == {"bank_tx_b": {Decimal("-1.00")}}


def test_the_first_unusual_amount_has_the_time(tape: JournalBuilder) -> None:
    """Syncs before it contain ordinary amounts, and a later one changes nothing."""
    tape.rows(tape.transaction("a", amount="-1.00"))
    tape.wait(4)
    first_s = tape.now_s
    tape.rows(tape.transaction("a", amount="-0.00"))
    tape.rows(tape.transaction("a", amount="-0.001"))

    assert amounts_of(tape).since_s == first_s


@pytest.mark.parametrize(
    ("route", "bite", "is_changed"),
    [
        ("banking.transactions", "MoneyForm(form=number)", True),
        ("banking.transactions", "BigNumbers", True),
        ("banking.transactions", "Stall()", False),
        ("banking.balances", "MoneyForm(form=number)", False),
    ],
)
def test_only_faults_in_amounts_change_served_amounts(tape: JournalBuilder, route: str, bite: str, is_changed: bool) -> None:
    """Every amount of a row in a changed response is unusual, also an earlier one; other responses do not count."""
    tape.rows(tape.transaction("a", amount="-1.00"), tape.transaction("b", amount="-5.00"))
    rows = b'[{"amount": 7}, {"fiskil_id": "bank_tx_a", "amount": -2.25, "balance": 9}, {"fiskil_id": "z", "amount": 3}]'
    body = b'{"page": {"count": 2}, "rows": ' + rows + b"}"
    call = tape.call(route, bites=(bite,), response_body=body)

    served = amounts_of(tape)

    both = {Decimal("-1.00"), Decimal("-2.25")}
    assert served.unusual == ({"bank_tx_a": both, "z": {Decimal(3)}} if is_changed else {})
    assert served.all == {
        "bank_tx_a": both if is_changed else {Decimal("-1.00")},
        "bank_tx_b": {Decimal("-5.00")},
        **({"z": {Decimal(3)}} if is_changed else {}),
    }
    assert (served.since_s, served.is_partial) == (call.at_s if is_changed else 0.0, False)


def test_a_changed_response_of_another_end_user_does_not_count(tape: JournalBuilder) -> None:
    """It contains the rows of that end user."""
    tape.call("banking.transactions", participant="b", bites=("BigNumbers",), response_body=b'[{"fiskil_id": "x"}]')
    tape.rows(tape.transaction("a", amount="-1.00"))

    served = amounts_of(tape)

    assert (served.unusual, served.since_s) == ({}, 0.0)


def test_rows_are_listed_by_name(tape: JournalBuilder) -> None:
    """A row of a changed response may be in no sync."""
    tape.rows(tape.transaction("b"), tape.transaction("a"))

    names = amounts_of(tape).names(["bank_tx_b", "bank_tx_a", "bank_tx_z"], "not exact")

    assert names == ("a: not exact", "a row that no sync served: not exact", "b: not exact")
