"""keeps_posting_day: a row is shown on a day on which it was posted, whatever the form of its date."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.days import days_of
from fiskil_harness.probes import KeepsPostingDay, Verdict

PROBE = KeepsPostingDay()
MORNING, EVENING = "2026-10-01T02:00:00Z", "2026-10-01T20:30:00Z"


def sync(
    tape: JournalBuilder, moment: str, *, days: tuple[str, ...] = ("2026-09-01", "2026-09-11", "2026-09-21")
) -> list[dict[str, Any]]:
    """A sync contains a row of each of *days*, and one of *moment*."""
    rows = [tape.transaction(day, posting_date_time=f"{day}T03:00:00Z") for day in days]
    rows.append(tape.transaction("unusual", posting_date_time=moment))
    tape.rows(*rows)
    return rows


def state_with(rows: list[dict[str, Any]], last: Any, *, shape: Callable[[str], Any] = str) -> dict[str, Any]:
    """The rows as a state shows them, the last one with the date *last*."""
    records = [{"id": row["fiskil_id"], "posted": shape(row["posting_date_time"])} for row in rows]
    return {"rows": [*records[:-1], {**records[-1], "posted": last}]}


def show_dates(tape: JournalBuilder, last: Any, *, moment: str = MORNING, shape: Callable[[str], Any] = str) -> None:
    """The state shows times, then dates arrive in another form, and the state shows the last row with *last*."""
    rows = sync(tape, moment)
    tape.effects(state_with(rows, shape(moment), shape=shape), moment="settled")
    tape.call("banking.transactions", bites=("DateForm(form=date_only, field=)",))
    tape.effects(state_with(rows, last, shape=shape))


@pytest.mark.parametrize("shown", [MORNING, "2026-10-01", "2026-10-01T12:00:00+10:00", "2026-10-01T00:00:00", 1790820000])
def test_the_correct_day_in_any_form_passes(tape: JournalBuilder, shown: Any) -> None:
    """A date, a time, a time in another zone, one without a zone, and seconds since 1970."""
    show_dates(tape, shown)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 4)


@pytest.mark.parametrize("shown", ["2026-10-01", "2026-10-02"])
def test_an_evening_in_utc_has_two_days(tape: JournalBuilder, shown: str) -> None:
    """In Sydney it is the next day."""
    show_dates(tape, shown, moment=EVENING)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("shown", "verdict"), [("2026-10-01", "PASS"), ("2026-10-02", "PASS"), ("2026-10-03", "FAIL")])
def test_a_response_with_the_edge_of_a_day_has_two_days(tape: JournalBuilder, shown: str, verdict: str) -> None:
    """The sync has the morning; only the response has 23:30 in UTC, when the next day has begun in Sydney."""
    rows = sync(tape, MORNING)
    tape.effects(state_with(rows, MORNING), moment="settled")
    served = {"transactions": [{**rows[-1], "posting_date_time": "2026-10-01T23:30:00Z"}]}
    tape.call("banking.transactions", bites=("DayEdge()",), response_body=msgspec.json.encode(served))
    tape.effects(state_with(rows, shown))

    assert PROBE.examine(tape.journal).verdict.name == verdict


def test_midnight_in_sydney_is_that_day_in_sydney(tape: JournalBuilder) -> None:
    """An app may store a date as the moment at which it begins in Sydney."""
    show_dates(tape, "2026-09-30T14:00:00Z")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("shown", ["2026-09-30", "2026-10-02", "2026-10-03T00:00:00Z", "1970-01-01"])
def test_another_day_fails(tape: JournalBuilder, shown: str) -> None:
    """The row was posted on this day in no zone."""
    show_dates(tape, shown)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("unusual: wrong day",))
    assert finding.observed == "the app shows transactions on days that the API never served for them"


def test_an_app_that_shows_dates_without_times_is_judged_too(tape: JournalBuilder) -> None:
    """The path of its dates is learned from the earlier state."""
    show_dates(tape, "2026-09-30", shape=lambda moment: moment[:10])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_dates_as_people_write_them_are_judged(tape: JournalBuilder) -> None:
    """An effects hook may report what the page shows."""
    show_dates(tape, "30/09/2026", shape=lambda moment: f"{moment[8:10]}/{moment[5:7]}/{moment[:4]}")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("last", "verdict"), [(MORNING, "PASS"), ("2026-09-30", "FAIL")])
def test_a_row_with_another_date_hides_no_wrong_day(tape: JournalBuilder, last: str, verdict: str) -> None:
    """One row has another date before any unusual form; it is not judged, the others are."""
    rows = sync(tape, MORNING, days=tuple(f"2026-09-{day:02}" for day in range(1, 11)))
    earlier, later = state_with(rows, MORNING), state_with(rows, last)
    earlier["rows"][0]["posted"] = later["rows"][0]["posted"] = "2026-08-01"
    tape.effects(earlier, moment="settled")
    tape.call("banking.transactions", bites=("DateForm(form=date_only, field=)",))
    tape.effects(later)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict.name == verdict
    assert finding.verdict is Verdict.PASS or finding.evidence == ("unusual: wrong day",)


def test_an_app_may_show_the_execution_date_where_there_is_one(tape: JournalBuilder) -> None:
    """One of ten rows has an execution date, a day before its posting date."""
    days = [f"2026-09-{day:02}" for day in range(2, 12)]
    rows = [tape.transaction(day, posting_date_time=f"{day}T03:00:00Z") for day in days]
    rows[0]["execution_date_time"] = "2026-09-01T03:00:00Z"
    tape.rows(*rows)
    state = [{"id": row["fiskil_id"], "on": row.get("execution_date_time", row["posting_date_time"])[:10]} for row in rows]
    tape.effects(state, moment="settled")
    tape.call("banking.transactions", bites=("DateForm(form=date_only, field=)",))
    tape.effects(state)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 10)


def test_a_placeholder_in_an_earlier_state_hides_no_wrong_day(tape: JournalBuilder) -> None:
    """The last state before the unusual form counts."""
    rows = sync(tape, MORNING, days=tuple(f"2026-09-{day:02}" for day in range(1, 11)))
    tape.effects(state_with(rows, "2026-01-01"), moment="settled")
    tape.effects(state_with(rows, MORNING), moment="settled")
    tape.call("banking.transactions", bites=("DateForm(form=date_only, field=)",))
    tape.effects(state_with(rows, "2026-09-30"))

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_date_that_is_the_posting_date_in_most_rows_only_is_not_judged(tape: JournalBuilder) -> None:
    """It may be the day of the last change, which a later sync moves."""
    rows = sync(tape, MORNING)
    tape.effects(state_with(rows, "2026-10-09"), moment="settled")
    tape.call("banking.transactions", bites=("DateForm(form=date_only, field=)",))
    tape.effects(state_with(rows, "2026-10-10", shape=lambda _: "2026-10-10"))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("shown", [None, "", "1 October", True])
def test_a_value_that_is_no_date_is_not_judged(tape: JournalBuilder, shown: Any) -> None:
    """An app may leave out a date that it cannot read."""
    show_dates(tape, shown)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_state_without_dates_cannot_be_judged(tape: JournalBuilder) -> None:
    """The finding names the notation, because the state shows the rows."""
    show_dates(tape, None, shape=lambda _: None)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "")
    assert finding.observed == "the app's state shows transactions, but no dates that the harness can read"


def test_a_state_without_rows_cannot_be_judged(tape: JournalBuilder) -> None:
    """The finding names the effects hook."""
    sync(tape, MORNING)
    tape.effects({}, moment="settled")
    tape.call("banking.transactions", bites=("DateForm(form=date_only, field=)",))
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")


def test_without_another_form_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """Every date was served in the usual form."""
    tape.effects(state_with(sync(tape, MORNING), MORNING))

    assert PROBE.examine(tape.journal).observed == "no dates of transactions were served in another form"


@pytest.mark.parametrize("value", [0, 12, -5, "12", "soon", None, [], 1e300])
def test_other_values_are_no_dates(value: Any) -> None:
    """Counts and words are no dates."""
    assert days_of(value) == frozenset()


def test_milliseconds_are_understood() -> None:
    """JavaScript counts milliseconds since 1970."""
    assert date(2026, 10, 1) in days_of(1790820000000)
