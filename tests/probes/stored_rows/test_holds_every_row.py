"""holds_every_row: the state shows every row of the latest sync that the app reads, each once, in any shape."""

from typing import Any

import msgspec
import pytest

from fiskil_harness.journal import Declared, shortened
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.api_calls import TOKEN_NOT_RENEWED
from fiskil_harness.probes import HoldsEveryRow, Verdict

PROBE = HoldsEveryRow("transactions")
SYNCED = "banking.transactions.sync.completed"


def sync(tape: JournalBuilder, *keys: str) -> list[dict[str, Any]]:
    """A sync contains rows with these keys, and its event is acknowledged."""
    rows = [tape.transaction(key) for key in keys]
    tape.rows(*rows)
    tape.deliver_event(SYNCED)
    return rows


def test_a_state_with_every_row_passes(tape: JournalBuilder) -> None:
    """A correct app shows each row once."""
    tape.effects({"transactions": sync(tape, "a", "b")})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined, finding.advice) == (Verdict.PASS, 2, ())


def test_a_missing_row_fails_by_name(tape: JournalBuilder) -> None:
    """The finding uses the row's name in the person's history, never its id."""
    tape.effects({"transactions": sync(tape, "a", "b")[:1]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("missing b",))
    assert finding.observed == "1 of 2 transactions are missing from the app's state"


def test_rows_that_a_restart_lost_fail(tape: JournalBuilder) -> None:
    """An app that keeps them in memory must store them."""
    tape.effects({"transactions": sync(tape, "a", "b")}, moment="settled")
    tape.restart()
    tape.effects({"transactions": []})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "2 of 2 transactions are missing from the app's state after it was started again"
    assert finding.fix == "store rows in a database or a file before you finish the event"


def test_a_restart_before_the_sync_lost_nothing_of_it(tape: JournalBuilder) -> None:
    """The rows were lost later."""
    tape.restart()
    tape.effects({"transactions": sync(tape, "a", "b")}, moment="settled")
    tape.effects({"transactions": []})

    assert PROBE.examine(tape.journal).observed.endswith("although it showed some of them before")


def test_a_row_twice_in_one_list_fails(tape: JournalBuilder) -> None:
    """An app that inserts instead of updating shows a row twice."""
    first, second = sync(tape, "a", "b")
    tape.effects({"transactions": [first, second, {**first, "amount": "-1.00"}]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("duplicate a",))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"is_current": False}, {"is_current": True}),
        ({"valid_to": "2026-11-03T10:00:00Z"}, {"valid_to": None}),
        ({"valid_to": "2026-11-03T10:00:00Z"}, {}),
        ({"state": "replaced"}, {"state": "current"}),
    ],
)
def test_versions_with_a_mark_pass(tape: JournalBuilder, old: dict[str, Any], new: dict[str, Any]) -> None:
    """A state may keep old versions of a row, if a mark shows which version is current."""
    first, second = sync(tape, "a", "b")
    tape.effects({"transactions": [{**first, **new, "amount": "-1.00"}, {**second, **new}]})
    tape.effects({"transactions": [{**first, **old, "amount": "-1.00"}, {**first, **new}, {**second, **new}]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"read_at": "2026-11-03T10:00:00Z"}, {"read_at": "2026-11-04T10:00:00Z"}),
        ({"sync": 1}, {"sync": 2}),
        ({"source": "webhook"}, {"source": "refresh"}),
    ],
)
def test_rows_inserted_again_fail_despite_other_fields(
    tape: JournalBuilder, old: dict[str, Any], new: dict[str, Any]
) -> None:
    """Times, numbers and a word that no earlier row had show when a row was inserted, not which one is current."""
    first, second = sync(tape, "a", "b")
    rows = [{**first, **old}, {**second, **old}]
    tape.effects({"transactions": rows})
    tape.effects({"transactions": [*rows, {**first, **new}, {**second, **new}]})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("shape", ["newest", "log", "by_account", "split_and_newest", "keyed"])
def test_correct_states_of_any_shape_pass(tape: JournalBuilder, shape: str) -> None:
    """Rows may appear again on purpose: as the newest ones, in a log of changes, under their accounts."""
    first, second = sync(tape, "a", "b")
    shapes: dict[str, Any] = {
        "newest": {"rows": [first, second], "newest": first},
        "log": {"rows": [first, second], "log": [first["fiskil_id"], second["fiskil_id"], first["fiskil_id"]]},
        "by_account": {"accounts": [{"id": "x1", "rows": [first], "last": first}, {"id": "x2", "rows": [second]}]},
        "split_and_newest": {"pending": [first], "posted": [second], "newest": [second]},
        "keyed": {first["fiskil_id"]: {"amount": "-12.50"}, second["fiskil_id"]: {"amount": "-12.50"}},
    }
    tape.effects(shapes[shape])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


RESPONDED = (("Date", "Tue, 03 Nov 2026 12:00:00 GMT"),)


@pytest.mark.parametrize("until", ["2026-11-03T00:00:00Z", "2026-11-02T12:00:00Z", "2026-11-02T00:00:00%2B11:00"])
def test_a_new_row_that_only_the_end_of_the_period_leaves_out_fails(tape: JournalBuilder, until: str) -> None:
    """An app that reads up to yesterday or last midnight shows today's rows tomorrow."""
    old, new = _posted(tape, "old", "2026-11-01T09:00:00Z"), _posted(tape, "new", "2026-11-03T09:00:00Z")
    tape.rows(old, new)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query=f"from=2026-01-01T00:00:00Z&to={until}", response_headers=RESPONDED)
    tape.effects([old])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("missing new",))
    assert finding.observed.endswith("because the parameter `to` of the app's requests was before the event")
    assert finding.fix == "leave out `to`, or set it to the present time"


@pytest.mark.parametrize(
    ("query", "posted"),
    [
        ("to=2026-11-03T11:50:00Z", "2026-11-03T11:55:00Z"),
        ("to=2026-11-03T00:00:00Z", "2026-11-03T12:30:00Z"),
        ("to=2026-10-31T00:00:00Z", "2026-11-03T09:00:00Z"),
        ("to=2026-11-03T00:00:00Z&account_id=other", "2026-11-03T09:00:00Z"),
        ("to=2026-11-03T00:00:00Z&from=2026-11-03T10:00:00Z", "2026-11-03T09:00:00Z"),
        ("read_start_date.newest=2026-11-03", "2026-11-03T09:00:00Z"),
    ],
)
def test_a_period_that_ends_at_the_present_or_long_ago_is_lawful(tape: JournalBuilder, query: str, posted: str) -> None:
    """Clocks differ, rows of a later time cannot be read, and an app may read a past period or one account on purpose."""
    old, new = _posted(tape, "old", "2026-10-02T09:00:00Z"), _posted(tape, "new", posted)
    tape.rows(old, new)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query="to=2026-10-03T00:00:00Z", response_headers=RESPONDED)
    tape.call("banking.transactions", query=query, response_headers=RESPONDED)
    tape.effects([old])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_period_beside_others_is_lawful(tape: JournalBuilder) -> None:
    """An app may read month by month; the last period has no end, and a row in it that is missing has another cause."""
    old, new = _posted(tape, "old", "2026-11-01T09:00:00Z"), _posted(tape, "new", "2026-11-03T09:00:00Z")
    tape.rows(old, new)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query="to=2026-11-03T00:00:00Z", response_headers=RESPONDED)
    tape.call("banking.transactions", query="from=2026-11-03T00:00:00Z", response_headers=RESPONDED)
    tape.effects([old])

    assert "`to`" not in PROBE.examine(tape.journal).observed


def _posted(tape: JournalBuilder, key: str, posted: str) -> dict[str, Any]:
    return tape.transaction(key, posting_date_time=posted)


def test_rows_that_the_app_never_reads_are_not_missed(tape: JournalBuilder) -> None:
    """An app that limits the history with ``from`` stores only what it read."""
    new = tape.transaction("new")
    old = tape.transaction("old", posting_date_time="2025-01-01T09:00:00Z")
    tape.rows(new, old)
    tape.deliver_event(SYNCED)
    tape.call("banking.transactions", query="end_user_id=eu-alice&from=2026-01-01T00%3A00%3A00Z")
    tape.effects([new])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_an_app_that_was_not_notified_is_not_judged(tape: JournalBuilder) -> None:
    """The event was refused, and the refresh failed."""
    tape.rows(tape.transaction("a"))
    tape.deliver_event(SYNCED, outcome="refuse")
    tape.wait(1)
    tape.hook("refresh", status=502)
    tape.effects({"transactions": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was not notified of the latest sync of transactions, because app.drive.refresh responded 502",
    )


@pytest.mark.parametrize("status", [200, 303, 409, 502])
@pytest.mark.parametrize(("stored", "verdict"), [(["a", "b"], Verdict.PASS), (["a"], Verdict.FAIL)])
def test_a_refusal_of_data_that_is_not_shared_is_no_excuse(
    tape: JournalBuilder, status: int, stored: list[str], verdict: Verdict
) -> None:
    """The app read the transactions, and nothing else failed."""
    tape.consent("arr1", "transactions")
    tape.rows(tape.transaction("a"), tape.transaction("b"))
    tape.wait(1)
    tape.call("banking.transactions")
    tape.call("banking.accounts", status=403)
    tape.hook("refresh", status=status)
    tape.effects({"transactions": list(map(tape.transaction, stored))})

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("route", "refusal", "status"),
    [
        ("banking.balances", 403, 502),
        ("banking.accounts", 503, 502),
        ("consents.list", 403, 502),
        ("banking.accounts", 403, None),
        ("banking.accounts", 403, 429),
    ],
)
def test_a_refresh_that_fails_for_another_reason_does_not_notify_the_app(
    tape: JournalBuilder, route: str, refusal: int, status: int | None
) -> None:
    """Data that is shared was refused, the API failed, or the app had no time for a refresh."""
    tape.consent("arr1", "transactions", "balances")
    tape.rows(tape.transaction("a"), tape.transaction("b"))
    tape.wait(1)
    tape.call("banking.transactions")
    tape.call(route, status=refusal)
    tape.hook("refresh", status=status)
    tape.effects({"transactions": [tape.transaction("a")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_successful_refresh_notifies_the_app(tape: JournalBuilder) -> None:
    """An app that reports a complete refresh must store every row."""
    tape.rows(tape.transaction("a"), tape.transaction("b"))
    tape.wait(1)
    tape.hook("refresh")
    tape.effects({"transactions": [tape.transaction("a")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_busy_app_is_not_judged(tape: JournalBuilder) -> None:
    """Rows may still arrive while something is pending."""
    rows = sync(tape, "a", "b")
    tape.effects({"transactions": rows[:1]}, pending=1, is_idle=False, waits_for="e0")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "")
    assert finding.observed == "the app was still busy when the scenario ended: e0 was not processed"


def test_a_state_without_ids_cannot_be_counted(tape: JournalBuilder) -> None:
    """The finding names the effects hook, which reports no ids."""
    sync(tape, "a", "b")
    tape.effects({"total": 2, "amounts": [-12.5, -12.5]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")
    assert finding.observed == "the app's state contains no fiskil_id, so rows cannot be counted"


def test_a_state_that_lost_all_its_rows_fails(tape: JournalBuilder) -> None:
    """The state showed these rows before and shows none now."""
    rows = sync(tape, "a", "b")
    tape.effects({"transactions": rows}, moment="settled")
    tape.effects({"transactions": []})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL


def read_pages(tape: JournalBuilder, *pages: list[dict[str, Any]], bites: tuple[str, ...] = ()) -> None:
    """The app read these pages; *bites* affected the last one."""
    for number, rows in enumerate(pages, start=1):
        body = msgspec.json.encode({"transactions": rows})
        tape.call("banking.transactions", response_body=body, bites=bites if number == len(pages) else ())


def test_an_app_that_stores_only_posted_rows_passes(tape: JournalBuilder) -> None:
    """It never shows a pending row, so this one is not missed."""
    posted, pending = tape.transaction("a"), tape.transaction("b", status="PENDING")
    tape.rows(posted, pending)
    tape.deliver_event(SYNCED)
    tape.effects([posted])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.advice == ("1 transactions are left out, apparently on purpose",)


def test_an_app_that_shows_pending_rows_must_show_all(tape: JournalBuilder) -> None:
    """One pending row in an earlier state is enough."""
    first, second = tape.transaction("a", status="PENDING"), tape.transaction("b", status="PENDING")
    posted = tape.transaction("c")
    tape.rows(first, posted)
    tape.effects([first, posted], moment="settled")
    tape.rows(second, posted)
    tape.deliver_event(SYNCED)
    tape.effects([posted])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("missing b",))


def sync_old_rows(tape: JournalBuilder) -> list[dict[str, Any]]:
    """A sync contains four rows, newest first, a month apart, and its event is acknowledged."""
    dates = ("2025-12-20", "2025-11-20", "2025-10-20", "2025-09-20")
    rows = [tape.transaction(f"r{number}", posting_date_time=f"{day}T09:00:00Z") for number, day in enumerate(dates)]
    tape.rows(*rows)
    tape.deliver_event(SYNCED)
    return rows


def test_missing_old_rows_are_inconclusive(tape: JournalBuilder) -> None:
    """The app read them, and only the oldest rows are missing; the finding names the missing fact."""
    rows = sync_old_rows(tape)
    read_pages(tape, rows[:3])
    tape.effects(rows[:2])

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.history_days")


@pytest.mark.parametrize(("days", "verdict"), [(60, Verdict.PASS), (90, Verdict.FAIL)])
def test_the_declared_history_decides(tape: JournalBuilder, days: int, verdict: Verdict) -> None:
    """Rows older than the declared days are not missed, younger ones are."""
    tape.state_retention(days, now="2026-01-01T00:00:00.000Z")
    rows = sync_old_rows(tape)
    read_pages(tape, rows)
    tape.effects(rows[:2])

    assert PROBE.examine(tape.journal).verdict is verdict


def test_an_app_that_stops_after_the_first_page_fails(tape: JournalBuilder) -> None:
    """The app never read the missing rows, so it has not deleted them."""
    rows = sync_old_rows(tape)
    read_pages(tape, rows[:2])
    tape.effects(rows[:2])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_page_that_a_fault_broke_was_not_read(tape: JournalBuilder) -> None:
    """The app has not seen the rows of that page."""
    rows = sync_old_rows(tape)
    read_pages(tape, rows[:2], rows[2:], bites=("TruncatedJson(keep_percent=50)",))
    tape.effects(rows[:2])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_gap_in_the_middle_fails(tape: JournalBuilder) -> None:
    """The state contains older rows."""
    rows = sync_old_rows(tape)
    read_pages(tape, rows)
    tape.effects([rows[0], *rows[2:]])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_truncated_body_may_have_contained_the_row(tape: JournalBuilder) -> None:
    """The journal stores only the beginning of a long body."""
    rows = sync_old_rows(tape)
    whole = msgspec.json.encode({"transactions": rows[:1], "padding": "x" * 70_000})
    tape.call("banking.transactions", response_body=shortened(whole))
    tape.effects(rows[:2])

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_read_of_another_end_user_does_not_count(tape: JournalBuilder) -> None:
    """It does not limit the rows that the app reads for this end user."""
    rows = sync(tape, "a", "b")
    query = "end_user_id=eu_bob&from=2026-09-30T00:00:00Z&to=2026-09-30T01:00:00Z"
    other_read = JournalBuilder().call("banking.transactions", query=query)
    tape.journal.write(msgspec.structs.replace(other_read, end_user_id="eu_bob", at_s=tape.now_s, ended_s=tape.now_s))
    tape.effects({"transactions": rows[:1]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("missing b",))


@pytest.mark.parametrize(
    ("pages", "size_bytes", "clause"),
    [
        (99, 999_999, ""),
        (100, 10, ", after a list of 100 pages"),
        (1, 2_940_000, ", after a response of 2.9 MB"),
        (120, 1_000_000, ", after a list of 120 pages and a response of 1.0 MB"),
    ],
)
def test_the_finding_states_sizes_that_were_covered(tape: JournalBuilder, pages: int, size_bytes: int, clause: str) -> None:
    """A long list and a large response are named, so that a reader knows how far the proof goes."""
    rows = sync(tape, "a")
    for page in range(pages):
        query = f"end_user_id=eu-alice&page[after]={page}"
        headers = (("content-length", str(size_bytes)),)
        tape.call("banking.transactions", query=query, response_headers=headers)
    tape.effects({"transactions": rows})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed.partition("each once")[2]) == (Verdict.PASS, clause)


@pytest.mark.parametrize(("datasets", "hook"), [(None, "app.facts.datasets"), (("transactions",), "")])
def test_an_app_that_reads_other_datasets_only_lacks_the_fact(
    tape: JournalBuilder, datasets: tuple[str, ...] | None, hook: str
) -> None:
    """With the fact, the scenario judges a dataset that the app reads."""
    tape.journal.write(Declared(datasets=datasets))
    sync(tape, "a", "b")
    tape.call("banking.accounts")
    tape.effects({"accounts": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, hook)
    assert finding.observed == "the app reads other datasets and no transactions"


def test_rows_that_an_unrenewed_token_kept_away_do_not_count_as_lost(tape: JournalBuilder) -> None:
    """The practice about tokens covers the failure, and following links would not mend it."""
    rows = sync(tape, "a", "b")
    tape.call("banking.transactions", status=401)
    tape.effects({"transactions": rows[:1]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, TOKEN_NOT_RENEWED)


def test_rows_that_are_missing_after_a_failed_renewal_count_as_lost(tape: JournalBuilder) -> None:
    """The app tried to renew its token, and must recover when the token endpoint does."""
    rows = sync(tape, "a", "b")
    tape.call("banking.transactions", status=401)
    tape.call("token", status=503)
    tape.effects({"transactions": rows[:1]})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_rows_of_work_that_never_resumes_are_missing(tape: JournalBuilder) -> None:
    """An app that is busy for ever after a disturbance is judged like one that is idle."""
    rows = sync(tape, "a", "b")
    tape.effects({"transactions": rows[:1]}, pending=1, is_idle=False, unchanged_s=30.0)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE

    tape.effects({"transactions": rows[:1]}, pending=1, is_idle=False, unchanged_s=30.0, had_recovery_time=True)

    assert PROBE.examine(tape.journal).evidence == ("missing b",)


def test_a_refresh_that_never_works_again_fails(tape: JournalBuilder) -> None:
    """The API has recovered, and no API call of the app failed, so only the app can be the reason."""
    rows = sync(tape, "a")
    tape.rows(*rows, tape.transaction("b"))
    tape.hook("refresh", status=502, took_s=0)
    tape.effects({"transactions": rows})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE

    tape.hook("refresh")
    tape.hook("refresh", status=502, took_s=0, had_recovery_time=True)

    finding = PROBE.examine(tape.journal)
    assert finding.verdict is Verdict.FAIL
    assert finding.observed == (
        "app.drive.refresh still responded 502 long after the API had recovered, although no API call failed, so the latest "
        "transactions were not read"
    )
    assert finding.evidence == ("the refresh was repeated for longer than a circuit breaker is open",)
    assert finding.fix == "release every lock and clear every flag when a refresh fails"


def test_without_a_state_the_hook_is_named(tape: JournalBuilder) -> None:
    """Nothing shows the rows."""
    sync(tape, "a")
    tape.effects(None)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")


def test_a_state_that_lost_every_row_fails_by_name(tape: JournalBuilder) -> None:
    """An earlier state showed them."""
    tape.effects({"transactions": sync(tape, "a", "b")}, moment="settled")
    tape.effects({"transactions": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("missing a", "missing b"))
