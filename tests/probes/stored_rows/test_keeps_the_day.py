"""keeps_the_day: a row is shown on a day on which it was posted, however its date was written."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from fiskil_harness.probes import KeepsTheDay, Verdict
from fiskil_harness.probes.stored_rows.keeps_the_day import days_of
from tests.probes.tape import Tape

PROBE = KeepsTheDay()
MORNING, EVENING = "2026-10-01T02:00:00Z", "2026-10-01T20:30:00Z"


def synced(tape: Tape, moment: str) -> list[dict[str, Any]]:
    """Three rows of other days, and one of *moment*."""
    days = ("2026-09-01", "2026-09-11", "2026-09-21")
    rows = [tape.transaction(day, posting_date_time=f"{day}T03:00:00Z") for day in days]
    rows.append(tape.transaction("odd", posting_date_time=moment))
    tape.rows(*rows)
    return rows


def shown(rows: list[dict[str, Any]], odd: Any, *, shape: Callable[[str], Any] = str) -> dict[str, Any]:
    """The rows as a state shows them, the last one on *odd*."""
    told = [{"id": row["fiskil_id"], "posted": shape(row["posting_date_time"])} for row in rows]
    return {"rows": [*told[:-1], {**told[-1], "posted": odd}]}


def dated(tape: Tape, odd: Any, *, moment: str = MORNING, shape: Callable[[str], Any] = str) -> None:
    """The app shows moments, then dates come in another form, and the last row is shown on *odd*."""
    rows = synced(tape, moment)
    tape.effects(shown(rows, shape(moment), shape=shape), moment="settled")
    tape.call("banking.transactions", bites=("DateForm(form=date_only, field=)",))
    tape.effects(shown(rows, odd, shape=shape))


@pytest.mark.parametrize("odd", [MORNING, "2026-10-01", "2026-10-01T12:00:00+10:00", "2026-10-01T00:00:00", 1790820000])
def test_the_day_in_any_form_passes(tape: Tape, odd: Any) -> None:
    """A day, a moment, a moment elsewhere, one without a zone, seconds."""
    dated(tape, odd)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 4)


@pytest.mark.parametrize("odd", ["2026-10-01", "2026-10-02"])
def test_an_evening_is_of_two_days(tape: Tape, odd: str) -> None:
    """In Sydney it is the next one already."""
    dated(tape, odd, moment=EVENING)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_midnight_in_sydney_is_that_day_in_sydney(tape: Tape) -> None:
    """An app may keep a bare date as the moment at which it begins there."""
    dated(tape, "2026-09-30T14:00:00Z")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("odd", ["2026-09-30", "2026-10-02", "2026-10-03T00:00:00Z", "1970-01-01"])
def test_another_day_fails(tape: Tape, odd: str) -> None:
    """Nowhere was it posted on that."""
    dated(tape, odd)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("odd: another day",))
    assert finding.observed == "transactions are shown on days on which the API never dated them"


def test_an_app_that_shows_days_alone_is_judged_too(tape: Tape) -> None:
    """Where its dates stand is learnt from the rows before."""
    dated(tape, "2026-09-30", shape=lambda moment: moment[:10])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("odd", [None, "", "1 October", True])
def test_what_is_no_date_is_left_alone(tape: Tape, odd: Any) -> None:
    """A form that cannot be read may be left out."""
    dated(tape, odd)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_state_without_dates_cannot_be_judged(tape: Tape) -> None:
    """Then the effects hook tells too little."""
    dated(tape, None, shape=lambda _: None)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_without_another_form_there_is_nothing_to_see(tape: Tape) -> None:
    """Dates came as always."""
    tape.effects(shown(synced(tape, MORNING), MORNING))

    assert PROBE.examine(tape.journal).observed == "no dates of transactions came in another form"


@pytest.mark.parametrize("value", [0, 12, -5, "12", "soon", None, [], 1e300])
def test_other_values_are_no_dates(value: Any) -> None:
    """Counts and words least of all."""
    assert days_of(value) == frozenset()


def test_milliseconds_are_understood() -> None:
    """As JavaScript counts."""
    assert date(2026, 10, 1) in days_of(1790820000000)
