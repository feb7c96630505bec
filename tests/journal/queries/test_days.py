"""The days that a value in the app's state may mean."""

from datetime import date
from typing import Any

import pytest

from fiskil_harness.journal.queries.days import days_of

FIRST, SECOND = date(2026, 10, 1), date(2026, 10, 2)


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("2026-10-01", {FIRST}),
        ("2026-10-01T23:00:00", {FIRST}),
        ("2026-10-01T23:00:00Z", {FIRST, SECOND}),
        ("2026-10-01T01:00:00Z", {FIRST}),
        ("0001-01-01", set()),
        ("20261001", set()),
        (True, set()),
        ("1/10/2026", {FIRST, date(2026, 1, 10)}),
        ("13.10.2026", {date(2026, 10, 13)}),
        ("1 October 2026", {FIRST}),
        ("Thu, 1st Oct 2026, 9:27 am", {FIRST}),
        ("Oct 1, 2026 at 21:27", {FIRST}),
        ("1/10/26", set()),
        ("1 Oct 2026, 9:27 am AEST", {FIRST}),
        ("1 Oct 2026, 9:27 am until 5 Oct 2026", set()),
        (10**400, set()),
        (float("nan"), set()),
        ("1 October", set()),
        ("October 2026", set()),
        ("31/02/2026", set()),
        ("Rent of 1/10/2026", set()),
        ("1/10/2026, 9:27 am" + " " * 40, set()),
    ],
)
def test_a_time_without_a_zone_is_on_one_day(value: Any, days: set[date]) -> None:
    """A time in UTC may be on the next day in Australia."""
    assert days_of(value) == days
