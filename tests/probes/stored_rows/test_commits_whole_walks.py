"""commits_whole_walks: after a disturbed walk the state shows the rows of one complete read."""

from typing import Any

import pytest

from fiskil_harness.journal.builder import END_USER, JournalBuilder
from fiskil_harness.journal.queries.rows import PENDING
from fiskil_harness.probes import CommitsWholeWalks, Verdict

PROBE = CommitsWholeWalks()
SYNCED = "banking.transactions.sync.completed"
BROKEN = ("CursorExpired(status=400)",)


def row(tape: JournalBuilder, key: str, day: int = 1) -> dict[str, Any]:
    """A row with a date in October."""
    return tape.transaction(key, posting_date_time=f"2026-10-{day:02d}T09:00:00Z")


def two_reads(tape: JournalBuilder, *, bites: tuple[str, ...] = BROKEN) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The app has a complete read of three rows, and the walk of the next read, of five rows, is disturbed."""
    old = [row(tape, "c", 3), row(tape, "b", 2), row(tape, "a", 1)]
    tape.rows(*old)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions")
    tape.effects({"rows": old}, moment="settled")
    new = [row(tape, "e", 5), *old[:2], row(tape, "d", 2), old[2]]
    tape.rows(*new)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions")
    tape.call("banking.transactions", query=f"end_user_id={END_USER}&page%5Bafter%5D=c1", status=400, bites=bites)
    return old, new


def complete(tape: JournalBuilder, new: list[dict[str, Any]]) -> None:
    """Later the app has read all rows."""
    tape.call("banking.transactions")
    tape.effects({"rows": new})


def test_keeping_the_previous_read_passes(tape: JournalBuilder) -> None:
    """A failed walk changes nothing."""
    old, new = two_reads(tape)
    tape.effects({"rows": old}, moment="settled")
    complete(tape, new)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_the_complete_new_read_passes(tape: JournalBuilder) -> None:
    """The app repeats the walk to its end."""
    _, new = two_reads(tape)
    tape.effects({"rows": new}, moment="settled")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_first_pages_beside_the_old_rows_fail(tape: JournalBuilder) -> None:
    """The state has a new row of the first page, and one of the second is missing."""
    old, new = two_reads(tape)
    tape.effects({"rows": [new[0], *old]}, moment="settled")
    complete(tape, new)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("missing d",))
    assert finding.observed == "the app shows transactions that are neither the previous read nor a complete new one"


def test_first_pages_alone_fail(tape: JournalBuilder) -> None:
    """The rows of the later pages are gone."""
    _, new = two_reads(tape)
    tape.effects({"rows": new[:2]}, moment="settled")
    complete(tape, new)

    assert PROBE.examine(tape.journal).evidence == ("missing a", "missing b", "missing d")


def test_an_empty_state_fails(tape: JournalBuilder) -> None:
    """An empty list is no complete read either."""
    _, new = two_reads(tape)
    tape.effects({"rows": []}, moment="settled")
    complete(tape, new)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_first_read_may_fail_completely(tape: JournalBuilder) -> None:
    """There were no rows before, and there are none now."""
    rows = [row(tape, "b", 2), row(tape, "a", 1)]
    tape.rows(*rows)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": []}, moment="settled")
    complete(tape, rows)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_shows_a_fixed_number_of_rows_passes(tape: JournalBuilder) -> None:
    """It shows three rows as before: the oldest made room for the newest."""
    _, new = two_reads(tape)
    tape.effects({"rows": new[:3]}, moment="settled")
    tape.effects({"rows": new[:3]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_rows_never_shown_are_not_missed(tape: JournalBuilder) -> None:
    """An app may store only the rows of one merchant, or those above an amount."""
    kept, other, new = row(tape, "a"), row(tape, "b", 2), row(tape, "c", 3)
    tape.rows(kept, other)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions")
    tape.effects({"rows": [kept]}, moment="settled")
    tape.rows(kept, other, new)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": [new, kept]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("account_id", "key"), [("acc1", "c"), ("acc2", "d")])
def test_a_list_with_a_part_of_its_rows_fails_beside_a_complete_one(tape: JournalBuilder, account_id: str, key: str) -> None:
    """Each account has a list of its own, of which the app shows one new row and lacks another."""
    first, second = row(tape, "a"), tape.transaction("b", account_id="acc2")
    new = [{**row(tape, name, day), "account_id": account_id} for name, day in ((key, 2), ("e", 3))]
    queries = [f"end_user_id={END_USER}&account_id={name}" for name in ("acc1", "acc2")]
    tape.rows(first, second)
    tape.deliver_event(SYNCED)
    for query in queries:
        tape.call("banking.transactions", query=query)
    tape.effects({"rows": [first, second]}, moment="settled")
    tape.rows(first, second, *new)
    tape.deliver_event(SYNCED)
    for query in queries:
        tape.call("banking.transactions", query=query, bites=BROKEN)
    tape.effects({"rows": [first, second, new[0]]}, moment="settled")
    complete(tape, [first, second, *new])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("missing e",))


def test_separate_lists_may_differ_in_age(tape: JournalBuilder) -> None:
    """An app that reads each account separately commits each separately."""
    first, second = row(tape, "a"), tape.transaction("b", account_id="acc2")
    more, other = row(tape, "c"), tape.transaction("d", account_id="acc2")
    queries = [f"end_user_id={END_USER}&account_id={account_id}" for account_id in ("acc1", "acc2")]
    tape.rows(first, second)
    tape.deliver_event(SYNCED)
    for query in queries:
        tape.call("banking.transactions", query=query)
    tape.effects({"rows": [first, second]}, moment="settled")
    tape.rows(first, second, more, other)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query=queries[0])
    tape.call("banking.transactions", query=queries[1], status=400, bites=BROKEN)
    tape.effects({"rows": [first, more, second]}, moment="settled")
    complete(tape, [first, second, more, other])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_removed_rows_may_stay_as_history(tape: JournalBuilder) -> None:
    """Another probe checks if they look active."""
    kept, gone, new = row(tape, "a", 1), row(tape, "b", 2), row(tape, "c", 3)
    tape.rows(kept, gone)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions")
    tape.effects({"rows": [kept, gone]}, moment="settled")
    tape.rows(kept, new, removed=(gone["fiskil_id"],))
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": [kept, {**gone, "is_removed": True}, new]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_pending_rows_are_not_judged(tape: JournalBuilder) -> None:
    """Many apps show a row only when it is posted."""
    waiting = tape.transaction("p", status="PENDING")
    old = row(tape, "a")
    tape.rows(old, waiting)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions")
    tape.effects({"rows": [old]}, moment="settled")
    tape.rows(old, {**waiting, "status": "POSTED"}, row(tape, "b", 9))
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": [old]}, moment="settled")
    complete(tape, [old, {**waiting, "status": "POSTED"}, row(tape, "b", 9)])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("bite", ["NextAbsent()", "EmptyList()", "NotANumber(token=NaN)", "CamelCase()"])
def test_a_fault_that_the_app_cannot_notice_is_not_judged(tape: JournalBuilder, bite: str) -> None:
    """A list without a next link has ended, and an unreadable row may be left out."""
    _, new = two_reads(tape, bites=(bite,))
    tape.effects({"rows": new[:3]}, moment="settled")
    complete(tape, new)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app's state was not read after a fault had disturbed a read"


def test_a_busy_app_is_not_judged(tape: JournalBuilder) -> None:
    """The next attempt may be in progress."""
    _, new = two_reads(tape)
    tape.effects({"rows": new[:3]}, moment="settled", pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).observed == "the app was still busy when the scenario ended"


def test_without_a_fault_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """A walk without a disturbance is judged by other probes."""
    rows = [row(tape, "a")]
    tape.rows(*rows)
    tape.effects({"rows": rows})

    assert PROBE.examine(tape.journal).observed == "no read of transactions was disturbed"


def test_a_state_without_ids_cannot_be_compared(tape: JournalBuilder) -> None:
    """The finding names the effects hook, which reports no ids."""
    tape.rows(row(tape, "a"))
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": 1})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")


@pytest.mark.parametrize(("pending", "hook"), [(1, ""), (None, PENDING)])
def test_a_busy_app_gets_a_hint_only_if_it_does_not_report_pending(
    tape: JournalBuilder, pending: int | None, hook: str
) -> None:
    """An app that reports its work needs no other hook."""
    old, _ = two_reads(tape)
    tape.effects({"rows": old}, pending=pending, is_idle=False)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, hook)


@pytest.mark.parametrize("has_synced", [False, True])
def test_without_rows_the_result_is_inconclusive(tape: JournalBuilder, *, has_synced: bool) -> None:
    """An empty dataset has no pages that could be mixed."""
    if has_synced:
        tape.rows()
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "the API served no transactions")


def test_a_disturbed_read_of_another_dataset_does_not_count(tape: JournalBuilder) -> None:
    """The transactions were read without a fault."""
    rows = [row(tape, "a")]
    tape.rows(*rows)
    tape.call("banking.accounts", bites=BROKEN)
    tape.call("banking.transactions")
    tape.effects({"rows": rows})

    assert PROBE.examine(tape.journal).observed == "no read of transactions was disturbed"


def test_a_mixture_after_a_busy_state_fails(tape: JournalBuilder) -> None:
    """Only the states of the idle app are judged, and all of them."""
    old, new = two_reads(tape)
    tape.effects({"rows": old}, moment="settled", pending=1, is_idle=False)
    tape.effects({"rows": [new[0], *old]}, moment="settled")
    complete(tape, new)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("status", "verdict"), [("PENDING", Verdict.PASS), ("POSTED", Verdict.FAIL)])
def test_only_a_row_that_was_pending_may_be_missing_from_a_new_read(
    tape: JournalBuilder, status: str, verdict: Verdict
) -> None:
    """The app shows the newest row, and a row between the others later."""
    old, between, new = row(tape, "a"), row(tape, "p", 5), row(tape, "b", 9)
    tape.rows(old, {**between, "status": status})
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions")
    tape.effects({"rows": [old]}, moment="settled")
    tape.rows(old, between, new)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": [old, new]}, moment="settled")
    complete(tape, [old, between, new])

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("other", ["later", "end user", "dataset"])
def test_rows_of_one_list_belong_together(tape: JournalBuilder, other: str) -> None:
    """Lists by account that the app reads later, for another end user or of another dataset do not separate them."""
    old = [row(tape, "a"), {**row(tape, "b", 2), "account_id": "acc2"}]
    new = [row(tape, "c", 3), {**row(tape, "d", 4), "account_id": "acc2"}]

    def read_by_account(route: str = "banking.transactions", participant: str = "") -> None:
        for account_id in ("acc1", "acc2"):
            owner = END_USER if not participant else f"eu-{participant}"
            tape.call(route, participant=participant, query=f"end_user_id={owner}&account_id={account_id}")

    tape.rows(*old)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions")
    if other == "end user":
        read_by_account(participant="b")
    if other == "dataset":
        read_by_account("banking.balances")
    tape.effects({"rows": old}, moment="settled")
    tape.rows(*old, *new)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": [*old, new[0]]}, moment="settled")
    if other == "later":
        read_by_account()
    tape.effects({"rows": [*old, *new]})

    assert PROBE.examine(tape.journal).evidence == ("missing d",)


def test_a_row_that_no_read_selects_is_not_judged(tape: JournalBuilder) -> None:
    """The app reads from the second day, so the row of the first one came and went in another way."""
    first, second = row(tape, "a"), row(tape, "b", 2)
    query = f"end_user_id={END_USER}&from=2026-10-02T00%3A00%3A00Z"
    tape.rows(first, second)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query=query)
    tape.effects({"rows": [first, second]}, moment="settled")
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query=query, bites=BROKEN)
    tape.effects({"rows": [second]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_read_that_was_served_only_later_excuses_nothing(tape: JournalBuilder) -> None:
    """The app lost a row before the API stopped serving it."""
    rows = [row(tape, "c", 3), row(tape, "b", 2), row(tape, "a")]
    tape.rows(*rows)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions")
    tape.effects({"rows": rows}, moment="settled")
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": rows[1:]}, moment="settled")
    tape.rows(*rows[1:])
    complete(tape, rows[1:])

    assert PROBE.examine(tape.journal).evidence == ("missing c",)


def test_a_row_that_is_no_longer_served_may_stay(tape: JournalBuilder) -> None:
    """No read contains all rows that the app shows, and it lacks none; other probes judge rows that are gone."""
    old, gone, new = row(tape, "a"), row(tape, "b", 2), row(tape, "c", 3)
    tape.rows(old, gone)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions")
    tape.effects({"rows": [old, gone]}, moment="settled")
    tape.rows(old, new)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", bites=BROKEN)
    tape.effects({"rows": [old, gone, new]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_list_that_ended_at_an_empty_page_is_not_judged(tape: JournalBuilder) -> None:
    """Fiskil documents that a list may end at an empty page, so the app may lack the rows behind it."""
    old, new = two_reads(tape, bites=("NextEmpty()",))
    tape.effects({"rows": [*old[:1], new[0]]}, moment="settled")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
