"""commits_whole_walks: after a disturbed walk the state shows the rows of one reading, never the first pages of another."""

from typing import Any

import pytest

from fiskil_harness.probes import CommitsWholeWalks, Verdict
from tests.probes.tape import ALICE, Tape

PROBE = CommitsWholeWalks()
SYNCED = "banking.transactions.sync.completed"
BROKEN = ("CursorExpired(status=400)",)


def row(tape: Tape, key: str, day: int = 1) -> dict[str, Any]:
    """A row of a day in October."""
    return tape.transaction(key, posting_date_time=f"2026-10-{day:02d}T09:00:00Z")


def two_interpretations(tape: Tape, *, bites: tuple[str, ...] = BROKEN) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The app holds a first reading of three rows; the walk to a second one of five is disturbed."""
    old = [row(tape, "c", 3), row(tape, "b", 2), row(tape, "a", 1)]
    tape.rows(*old)
    tape.told(SYNCED)
    tape.call("banking.transactions")
    tape.effects({"rows": old}, moment="settled")
    new = [row(tape, "e", 5), *old[:2], row(tape, "d", 2), old[2]]
    tape.rows(*new)
    tape.told(SYNCED)
    tape.call("banking.transactions")
    tape.call("banking.transactions", query=f"end_user_id={ALICE}&page%5Bafter%5D=c1", status=400, bites=bites)
    return old, new


def ends_well(tape: Tape, new: list[dict[str, Any]]) -> None:
    """Later the app has read all of it."""
    tape.call("banking.transactions")
    tape.effects({"rows": new})


def test_keeping_the_reading_before_passes(tape: Tape) -> None:
    """A walk that breaks leaves everything as it was."""
    old, new = two_interpretations(tape)
    tape.effects({"rows": old}, moment="settled")
    ends_well(tape, new)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_the_whole_new_reading_passes(tape: Tape) -> None:
    """A walk that begins again comes to its end."""
    _, new = two_interpretations(tape)
    tape.effects({"rows": new}, moment="settled")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_first_pages_upon_the_old_rows_fail(tape: Tape) -> None:
    """A new row of the first page is there, one of the second is not."""
    old, new = two_interpretations(tape)
    tape.effects({"rows": [new[0], *old]}, moment="settled")
    ends_well(tape, new)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("missing d",))
    assert finding.observed == "transactions are shown that are neither those of the reading before nor all of a new one"


def test_first_pages_alone_fail(tape: Tape) -> None:
    """What the later pages would have brought again is gone."""
    _, new = two_interpretations(tape)
    tape.effects({"rows": new[:2]}, moment="settled")
    ends_well(tape, new)

    assert PROBE.examine(tape.journal).evidence == ("missing a", "missing b", "missing d")


def test_nothing_left_fails(tape: Tape) -> None:
    """No rows at all are no reading either."""
    _, new = two_interpretations(tape)
    tape.effects({"rows": []}, moment="settled")
    ends_well(tape, new)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_first_reading_may_fail_as_a_whole(tape: Tape) -> None:
    """There was nothing before, and there is nothing now."""
    rows = [row(tape, "b", 2), row(tape, "a", 1)]
    tape.rows(*rows)
    tape.told(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": []}, moment="settled")
    ends_well(tape, rows)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_keeps_the_newest_alone_passes(tape: Tape) -> None:
    """It shows three as before: the oldest made way for the newest."""
    _, new = two_interpretations(tape)
    tape.effects({"rows": new[:3]}, moment="settled")
    tape.effects({"rows": new[:3]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_rows_never_shown_are_not_missed(tape: Tape) -> None:
    """An app may keep the rows of one merchant alone, or those above an amount."""
    kept, other, new = row(tape, "a"), row(tape, "b", 2), row(tape, "c", 3)
    tape.rows(kept, other)
    tape.told(SYNCED)
    tape.call("banking.transactions")
    tape.effects({"rows": [kept]}, moment="settled")
    tape.rows(kept, other, new)
    tape.told(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": [new, kept]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_lists_of_their_own_may_be_of_different_age(tape: Tape) -> None:
    """An app that walks each account by itself commits each by itself."""
    first, second = row(tape, "a"), tape.transaction("b", account_id="acc2")
    more, other = row(tape, "c"), tape.transaction("d", account_id="acc2")
    queries = [f"end_user_id={ALICE}&account_id={one}" for one in ("acc1", "acc2")]
    tape.rows(first, second)
    tape.told(SYNCED)
    for query in queries:
        tape.call("banking.transactions", query=query)
    tape.effects({"rows": [first, second]}, moment="settled")
    tape.rows(first, second, more, other)
    tape.told(SYNCED)
    tape.call("banking.transactions", query=queries[0])
    tape.call("banking.transactions", query=queries[1], status=400, bites=BROKEN)
    tape.effects({"rows": [first, more, second]}, moment="settled")
    ends_well(tape, [first, second, more, other])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_removed_rows_may_stay_as_history(tape: Tape) -> None:
    """Whether they look like active ones is another probe's question."""
    kept, gone, new = row(tape, "a", 1), row(tape, "b", 2), row(tape, "c", 3)
    tape.rows(kept, gone)
    tape.told(SYNCED)
    tape.call("banking.transactions")
    tape.effects({"rows": [kept, gone]}, moment="settled")
    tape.rows(kept, new, removed=(gone["fiskil_id"],))
    tape.told(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": [kept, {**gone, "is_removed": True}, new]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_pending_rows_are_not_judged(tape: Tape) -> None:
    """Many apps show none, and show a row first when it is posted."""
    waiting = tape.transaction("p", status="PENDING")
    old = row(tape, "a")
    tape.rows(old, waiting)
    tape.told(SYNCED)
    tape.call("banking.transactions")
    tape.effects({"rows": [old]}, moment="settled")
    tape.rows(old, {**waiting, "status": "POSTED"}, row(tape, "b", 9))
    tape.told(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": [old]}, moment="settled")
    ends_well(tape, [old, {**waiting, "status": "POSTED"}, row(tape, "b", 9)])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("bite", ["NextAbsent()", "EmptyList()", "NotANumber(token=NaN)", "CamelCase()"])
def test_who_cannot_know_is_not_judged(tape: Tape, bite: str) -> None:
    """A list that says it ends has ended, and a row that cannot be read may be left out."""
    _, new = two_interpretations(tape, bites=(bite,))
    tape.effects({"rows": new[:3]}, moment="settled")
    ends_well(tape, new)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "nobody looked at the app after a bite"


def test_an_app_at_work_is_not_judged(tape: Tape) -> None:
    """It may be amid the next try."""
    _, new = two_interpretations(tape)
    tape.effects({"rows": new[:3]}, moment="settled", pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).observed == "the app was still busy when the scenario ended"


def test_without_a_bite_there_is_nothing_to_see(tape: Tape) -> None:
    """A walk that nothing disturbed is asked about elsewhere."""
    rows = [row(tape, "a")]
    tape.rows(*rows)
    tape.effects({"rows": rows})

    assert PROBE.examine(tape.journal).observed == "no walk of transactions was disturbed"


def test_a_state_without_ids_cannot_be_compared(tape: Tape) -> None:
    """Then the effects hook tells too little."""
    tape.rows(row(tape, "a"))
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": 1})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")
