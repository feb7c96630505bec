"""page_dates: a day is read in the forms in which people write one."""

from datetime import date

import pytest

from fiskil_harness.journal.queries.page_dates import has_date, shows_day

WANTED, TODAY = date(2027, 3, 12), date(2026, 12, 2)


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-12",
        "until 2027/03/12.",
        "2027-03-12T10:00:00Z",
        "12/03/2027",
        "3/12/27",
        "12.03.2027",
        "12 March 2027",
        "12th of March, 2027",
        "Fri 12 Mar 2027",
        "12\u00a0MAR\n2027",
        "March 12, 2027",
        "Mar 12th 2027",
        "Ends 12 March",
        "March 2027",
        "expires in 100 days",
        "99 days left",
        "in 14 weeks",
        "in 3 months",
        "13 March 2027, 01:00 AEDT",
    ],
)
def test_a_day_is_read_in_every_usual_form(text: str) -> None:
    """ISO, slashes, words, and the time that is left."""
    assert shows_day(f"Your bank shares until: {text}", WANTED, today=TODAY)
    assert has_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-02",
        "12 April 2027",
        "31/31/2027",
        "in 10 days",
        "in 2 years",
        "March 2028",
        "3 of 12 accounts",
        "12 marches",
    ],
)
def test_another_day_is_another_day(text: str) -> None:
    """What is near is not what was asked for."""
    assert not shows_day(text, WANTED, today=TODAY)


@pytest.mark.parametrize("text", ["in a month", "one year", "12/03", "bis März 2027", "2570", "tomorrow", "2027年3月12日"])
def test_what_may_be_a_date_is_told(text: str) -> None:
    """Nobody knows which."""
    assert has_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "You may stop at any time. This usually takes a few minutes.",
        "Everyday account xx1234 $2034.10 and 1,999.00",
        "Your monthly budget, day by day",
        "BSB 062-000, xxxxx2027, **** 2027, 1234 2027, ...2027 and 20270.00",
    ],
)
def test_money_and_months_of_a_budget_are_no_dates(text: str) -> None:
    """A page without a date has none."""
    assert not has_date(text)
