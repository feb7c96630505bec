"""Dates under names of the app's own: which fields count, and which dates in them."""

from typing import Any

import pytest

from fiskil_harness.journal.queries.own_dates import own_dates
from fiskil_harness.journal.queries.rows import Place
from fiskil_harness.journal.queries.served_values import ShownField

MOMENTS = ("2026-10-01T09:27:13Z", "2026-10-02T10:28:14Z", "2026-10-03T11:29:15Z", "2026-10-04T12:31:16Z")
ROWS = {
    f"bank_tx_{number}": [{"key": f"row {number}", "fiskil_id": f"bank_tx_{number}", "posting_date_time": moment}]
    for number, moment in enumerate(MOMENTS, start=1)
}


def fields_of(*shown: Any, name: str = "bookedAt") -> list[tuple[str, bool]]:
    """Return the name of each row whose date is compared, and whether the date is right."""
    pairs = zip(ROWS, shown, strict=False)
    mentions: dict[str, list[Place]] = {fiskil_id: [] for fiskil_id in ROWS}
    mentions |= {fiskil_id: [Place("$[*].id", {"id": fiskil_id, "when": {name: value}})] for fiskil_id, value in pairs}
    return [(field.row, field.agrees) for field in own_dates(mentions, ROWS)]


@pytest.mark.parametrize(
    "shown",
    [
        MOMENTS,
        tuple(moment[:10] for moment in MOMENTS),
        ("1/10/2026", "2/10/2026", "3/10/2026", "4/10/2026"),
        ("10/1/2026 7:27 pm", "10/2/2026 8:28 pm", "10/3/2026 9:29 pm", "10/4/2026 10:31 pm"),
        ("2026-10-01T19:27:13+10:00", "2026-10-02T20:28:14+10:00", "2026-10-03T21:29:15+10:00", "2026-10-04T00:00:00Z"),
        (1790846833, 1790936894000, "2026-10-03", "2026-10-04"),
    ],
)
def test_dates_of_the_rows_are_right(shown: tuple[Any, ...]) -> None:
    """They may have any form, and the field any name."""
    assert fields_of(*shown) == [(f"row {number}", True) for number in range(1, 5)]


@pytest.mark.parametrize("offset", ["+10:00", "-05:00", "+09:30"])
def test_the_time_of_another_zone_is_wrong(offset: str) -> None:
    """The app read the served time in UTC as the time of its own zone."""
    shown = [moment.replace("Z", offset) for moment in MOMENTS]

    assert fields_of(*shown) == [(f"row {number}", False) for number in range(1, 5)]


def test_a_number_that_moved_by_hours_is_wrong() -> None:
    """Ten hours before the first moment, in milliseconds."""
    assert fields_of((1790846833 - 36000) * 1000, *MOMENTS[1:])[0] == ("row 1", False)


def test_a_line_explains_a_number() -> None:
    """People read no milliseconds."""
    field = ShownField("a", "bookedAt", (1790846833000,), (MOMENTS[0],), MOMENTS[:1])

    assert str(field) == f"a: bookedAt is 1790846833000, which is {MOMENTS[0]}, and the API served {MOMENTS[0]}"


@pytest.mark.parametrize(
    "shown",
    [
        ("2026-11-01", "2026-11-01", "2026-11-01", "2026-10-04"),
        (MOMENTS[0], MOMENTS[1]),
        ("soon", None, 7, True),
        ("2026-10-02T09:27:14Z", "2026-10-03T10:28:15Z", "2026-10-04T11:29:16Z", "2026-10-05T12:31:17Z"),
    ],
)
def test_other_dates_are_left_out(shown: tuple[Any, ...]) -> None:
    """The dates of most rows must be served ones, on three days at least."""
    assert fields_of(*shown) == []


def test_the_day_of_the_last_change_is_left_out() -> None:
    """A field may show the posting date until the row changes."""
    assert fields_of(*MOMENTS[:3], "2026-11-09T08:00:00Z") == [(f"row {number}", True) for number in range(1, 4)]


def test_a_time_computed_from_a_served_one_is_left_out() -> None:
    """The record shows the served time too."""
    mentions = {
        fiskil_id: [Place("$[*].id", {"id": fiskil_id, "bookedAt": moment, "until": moment.replace("Z", "-10:00")})]
        for fiskil_id, moment in zip(ROWS, MOMENTS, strict=True)
    }

    assert {(field.name, field.agrees) for field in own_dates(mentions, ROWS)} == {("bookedAt", True)}


def test_names_of_the_api_are_left_out() -> None:
    """They are compared elsewhere, more strictly."""
    assert fields_of(*MOMENTS, name="postingDateTime") == []
