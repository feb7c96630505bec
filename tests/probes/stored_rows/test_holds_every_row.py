"""holds_every_row: every row of the latest sync that the app asks for, each once, in whatever shape the state has."""

from typing import Any

import msgspec
import pytest

from fiskil_harness.journal import shortened
from fiskil_harness.probes import HoldsEveryRow, Verdict
from tests.probes.tape import Tape

PROBE = HoldsEveryRow("transactions")
SYNCED = "banking.transactions.sync.completed"


def synced(tape: Tape, *keys: str) -> list[dict[str, Any]]:
    """A sync of rows with these keys, of which the app was told."""
    rows = [tape.transaction(key) for key in keys]
    tape.rows(*rows)
    tape.told(SYNCED)
    return rows


def test_a_state_with_every_row_passes(tape: Tape) -> None:
    """Each row once is what a correct app shows."""
    tape.effects({"transactions": synced(tape, "a", "b")})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_a_missing_row_fails_by_name(tape: Tape) -> None:
    """What is missing is named as in the person's history, never by its minted id."""
    tape.effects({"transactions": synced(tape, "a", "b")[:1]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("missing b",))
    assert finding.observed == "1 of 2 transactions are missing from the app's state"


def test_a_row_twice_in_one_list_fails(tape: Tape) -> None:
    """An app that inserts where it should update shows a row twice."""
    first, second = synced(tape, "a", "b")
    tape.effects({"transactions": [first, second, {**first, "amount": "-1.00"}]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("doubled a",))


@pytest.mark.parametrize("shape", ["newest", "log", "by_account", "split_and_newest", "keyed"])
def test_correct_states_of_any_shape_pass(tape: Tape, shape: str) -> None:
    """Rows may be shown again on purpose: as the newest ones, in a log of changes, under their accounts."""
    first, second = synced(tape, "a", "b")
    shapes: dict[str, Any] = {
        "newest": {"rows": [first, second], "newest": first},
        "log": {"rows": [first, second], "log": [first["fiskil_id"], second["fiskil_id"], first["fiskil_id"]]},
        "by_account": {"accounts": [{"id": "x1", "rows": [first], "last": first}, {"id": "x2", "rows": [second]}]},
        "split_and_newest": {"pending": [first], "posted": [second], "newest": [second]},
        "keyed": {first["fiskil_id"]: {"amount": "-12.50"}, second["fiskil_id"]: {"amount": "-12.50"}},
    }
    tape.effects(shapes[shape])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_rows_that_the_app_never_asks_for_are_not_missed(tape: Tape) -> None:
    """An app that limits the history with ``from`` holds what it asked for."""
    new = tape.transaction("new")
    old = tape.transaction("old", posting_date_time="2025-01-01T09:00:00Z")
    tape.rows(new, old)
    tape.told(SYNCED)
    tape.call("banking.transactions", query="end_user_id=eu_alice&from=2026-01-01T00%3A00%3A00Z")
    tape.effects([new])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_an_app_that_was_told_nothing_owes_nothing(tape: Tape) -> None:
    """Rows whose event was refused, and that nobody asked the app to read, cannot be missed."""
    tape.rows(tape.transaction("a"))
    tape.told(SYNCED, outcome="refuse")
    tape.hook("refresh", status=502)
    tape.effects({"transactions": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was not notified of the latest sync of transactions",
    )


def test_a_refresh_that_succeeds_tells_the_app(tape: Tape) -> None:
    """Asked to read everything and answering yes, the app must hold it."""
    tape.rows(tape.transaction("a"), tape.transaction("b"))
    tape.wait(1)
    tape.hook("refresh")
    tape.effects({"transactions": [tape.transaction("a")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_an_app_at_work_is_not_accused(tape: Tape) -> None:
    """Rows may still come while something is pending."""
    rows = synced(tape, "a", "b")
    tape.effects({"transactions": rows[:1]}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_state_without_ids_cannot_be_counted(tape: Tape) -> None:
    """An app may keep rows under names of its own; then the finding names the hook that would help."""
    synced(tape, "a", "b")
    tape.effects({"total": 2, "amounts": [-12.5, -12.5]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")
    assert finding.observed == "the app's state carries no fiskil_id, so rows cannot be counted"


def test_a_state_that_lost_all_its_rows_fails(tape: Tape) -> None:
    """A state that showed these rows before and shows none now has lost them."""
    rows = synced(tape, "a", "b")
    tape.effects({"transactions": rows}, moment="settled")
    tape.effects({"transactions": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.FAIL, 2)


def paged(tape: Tape, *pages: list[dict[str, Any]], bites: tuple[str, ...] = ()) -> None:
    """The app read these pages; *bites* acted on the last one."""
    for number, rows in enumerate(pages, start=1):
        body = msgspec.json.encode({"transactions": rows})
        tape.call("banking.transactions", response_body=body, bites=bites if number == len(pages) else ())


def test_an_app_that_keeps_posted_rows_alone_passes(tape: Tape) -> None:
    """It never shows a pending row, so this one is not missed."""
    posted, pending = tape.transaction("a"), tape.transaction("b", status="PENDING")
    tape.rows(posted, pending)
    tape.told(SYNCED)
    tape.effects([posted])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.advice == ("1 transactions are left out, as it seems on purpose",)


def test_an_app_that_shows_pending_rows_must_show_all(tape: Tape) -> None:
    """One that was shown before is enough to see that."""
    first, second = tape.transaction("a", status="PENDING"), tape.transaction("b", status="PENDING")
    posted = tape.transaction("c")
    tape.rows(first, posted)
    tape.effects([first, posted], moment="settled")
    tape.rows(second, posted)
    tape.told(SYNCED)
    tape.effects([posted])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("missing b",))


def aged(tape: Tape) -> list[dict[str, Any]]:
    """Four rows, newest first, a month apart, of which the app was told."""
    dates = ("2025-12-20", "2025-11-20", "2025-10-20", "2025-09-20")
    rows = [tape.transaction(f"r{number}", posting_date_time=f"{day}T09:00:00Z") for number, day in enumerate(dates)]
    tape.rows(*rows)
    tape.told(SYNCED)
    return rows


def test_an_app_that_throws_old_rows_away_may_keep_a_recent_history(tape: Tape) -> None:
    """It read them, and lacks just those that are older than what it holds: the fact that would help is named."""
    rows = aged(tape)
    paged(tape, rows[:3])
    tape.effects(rows[:2])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.history_days")


@pytest.mark.parametrize(("days", "verdict"), [(60, Verdict.PASS), (90, Verdict.FAIL)])
def test_the_history_that_a_team_tells_decides(tape: Tape, days: int, verdict: Verdict) -> None:
    """What is older than sixty days is not missed; what is younger than ninety is."""
    tape.keeps_days(days, now="2026-01-01T00:00:00.000Z")
    rows = aged(tape)
    paged(tape, rows)
    tape.effects(rows[:2])

    assert PROBE.examine(tape.journal).verdict is verdict


def test_an_app_that_stops_after_the_first_page_fails(tape: Tape) -> None:
    """It never read what it lacks, so it has thrown nothing away."""
    rows = aged(tape)
    paged(tape, rows[:2])
    tape.effects(rows[:2])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_page_that_a_fault_broke_was_not_read(tape: Tape) -> None:
    """The rows in it count as never seen."""
    rows = aged(tape)
    paged(tape, rows[:2], rows[2:], bites=("TruncatedJson(keep_percent=50)",))
    tape.effects(rows[:2])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_gap_in_the_middle_is_no_history(tape: Tape) -> None:
    """Something older is held."""
    rows = aged(tape)
    paged(tape, rows)
    tape.effects([rows[0], *rows[2:]])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_long_answer_may_have_had_the_row_in_it(tape: Tape) -> None:
    """The journal keeps its head alone."""
    rows = aged(tape)
    whole = msgspec.json.encode({"transactions": rows[:1], "padding": "x" * 70_000})
    tape.call("banking.transactions", response_body=shortened(whole))
    tape.effects(rows[:2])

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_reading_about_somebody_else_narrows_nothing(tape: Tape) -> None:
    """What the app asked for another end user says nothing about which rows of this one it wants."""
    rows = synced(tape, "a", "b")
    query = "end_user_id=eu_bob&from=2026-09-30T00:00:00Z&to=2026-09-30T01:00:00Z"
    theirs = Tape().call("banking.transactions", query=query)
    tape.journal.write(msgspec.structs.replace(theirs, end_user_id="eu_bob", at_s=tape.now_s, ended_s=tape.now_s))
    tape.effects({"transactions": rows[:1]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("missing b",))
