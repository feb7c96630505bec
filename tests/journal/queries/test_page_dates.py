"""page_dates: dates are recognised in all common forms."""

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
        "Accounts 3\nMarch 2027",
        "expires in 100 days",
        "99 days left",
        "in 14 weeks",
        "in 3 months",
        "13 March 2027, 01:00 AEDT",
    ],
)
def test_a_date_is_recognised_in_every_common_form(text: str) -> None:
    """ISO dates, numbers with slashes, words, and the remaining time are recognised."""
    assert shows_day(f"Your bank shares until: {text}", WANTED, today=TODAY)
    assert has_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-02",
        "12 April 2027",
        "2 March 2027",
        "Mar 2nd, 2027",
        "31/31/2027",
        "in 10 days",
        "in 2 years",
        "March 2028",
        "3 of 12 accounts",
        "12 marches",
    ],
)
def test_another_date_does_not_match(text: str) -> None:
    """A similar date is not the expected one."""
    assert not shows_day(text, WANTED, today=TODAY)


@pytest.mark.parametrize("text", ["in a month", "one year", "12/03", "bis März 2027", "2570", "tomorrow", "2027年3月12日"])
def test_a_possible_date_is_reported(text: str) -> None:
    """Text that may be a date counts, although the date is unclear."""
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
def test_amounts_and_account_numbers_are_not_dates(text: str) -> None:
    """Amounts, account numbers and words like "monthly" do not count as dates."""
    assert not has_date(text)


@pytest.mark.parametrize(("day", "is_shown"), [(date(2026, 12, 23), True), (date(2026, 12, 24), False)])
def test_a_span_of_weeks_may_differ_by_one_week(day: date, is_shown: bool) -> None:
    """In 21 days is in two to four weeks, because apps round differently."""
    assert shows_day("in 2 weeks", day, today=TODAY) is is_shown
