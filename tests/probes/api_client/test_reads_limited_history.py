"""reads_limited_history: transactions are read only as far back as the config states."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from fiskil_harness.journal import Declared, History
from fiskil_harness.journal.builder import END_USER, JournalBuilder
from fiskil_harness.probes import ReadsLimitedHistory, Verdict

PROBE = ReadsLimitedHistory()
NOW = datetime(2030, 6, 15, 12, tzinfo=UTC)


def read_transactions(tape: JournalBuilder, query: str) -> None:
    """An app that declares thirty days of history reads transactions."""
    tape.journal.write(History(days=30))
    headers = (("date", format_datetime(NOW, usegmt=True)),)
    tape.call("banking.transactions", query=f"end_user_id={END_USER}{query}", response_headers=headers)


@pytest.mark.parametrize(("early_s", "verdict"), [(20, Verdict.PASS), (3600, Verdict.FAIL)])
def test_a_from_computed_before_midnight_passes(tape: JournalBuilder, early_s: int, verdict: Verdict) -> None:
    """A retry after midnight repeats the ``from`` of the first attempt, which was the start of the day before."""
    tape.wait(30)
    read_transactions(tape, f"&from={(NOW - timedelta(days=31, seconds=early_s)):%Y-%m-%dT%H:%M:%SZ}")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_from_within_the_days_passes(tape: JournalBuilder) -> None:
    """The start of the day thirty days ago is within them."""
    read_transactions(tape, f"&from={(NOW - timedelta(days=30)).date()}T00:00:00Z")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("start", ["", f"&from={(NOW - timedelta(days=40)).date()}T00:00:00Z", "&from=2020-01-01"])
def test_an_earlier_from_or_none_fails(tape: JournalBuilder, start: str) -> None:
    """It fails whatever the app does with the rows."""
    read_transactions(tape, start)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("query", ["&status=PENDING", "&page%5Bafter%5D=abc"])
def test_some_reads_need_no_from(tape: JournalBuilder, query: str) -> None:
    """Pending rows are recent, and the first page's ``from`` applies to later pages."""
    read_transactions(tape, query)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_config_without_history_days_is_inconclusive(tape: JournalBuilder) -> None:
    """Without the fact any history may be needed."""
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).hook == "app.facts.history_days"


@pytest.mark.parametrize(
    ("datasets", "verdict"),
    [(("accounts",), Verdict.PASS), (("accounts", "transactions"), Verdict.INCONCLUSIVE), (None, Verdict.INCONCLUSIVE)],
)
def test_an_app_without_transactions_keeps_no_history(
    tape: JournalBuilder, datasets: tuple[str, ...] | None, verdict: Verdict
) -> None:
    """The config must say so, and the app must have read other data."""
    tape.journal.write(History(days=30))
    tape.journal.write(Declared(datasets=datasets))
    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE

    tape.call("banking.accounts")

    assert PROBE.examine(tape.journal).verdict is verdict


def read_pages(tape: JournalBuilder, *queries: str, **fields: Any) -> list[dict[str, Any]]:
    """An app reads the pages of a list of two rows with *queries*, and shows both rows."""
    new = tape.transaction("new", posting_date_time=f"{(NOW - timedelta(days=2)).date()}T09:00:00Z")
    old = tape.transaction("old", posting_date_time=f"{(NOW - timedelta(days=99)).date()}T09:00:00Z")
    tape.rows(new, old)
    read_transactions(tape, queries[0])
    for query in queries[1:]:
        tape.call("banking.transactions", query=f"end_user_id={END_USER}{query}", **fields)
    return [new, old]


FIRST, LATER = f"&from={(NOW - timedelta(days=30)).date()}T00:00:00Z", "&page%5Bafter%5D=abc"


def test_a_row_that_only_a_later_page_without_the_filters_contains_fails(tape: JournalBuilder) -> None:
    """Each request looks lawful, but the state shows more than the app requested."""
    tape.effects(read_pages(tape, FIRST, LATER))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("not requested old",))
    assert finding.fix == "follow links.next as it is, because it repeats the filters"


def test_rows_of_an_account_that_was_not_requested_fail(tape: JournalBuilder) -> None:
    """The filter that is lost may be that of the account."""
    rows = [tape.transaction(key, account_id=key, posting_date_time=f"{NOW.date()}T09:00:00Z") for key in ("mine", "other")]
    tape.rows(*rows)
    read_transactions(tape, f"{FIRST}&account_id=mine")
    tape.effects(rows)

    assert PROBE.examine(tape.journal).evidence == ("not requested other",)


@pytest.mark.parametrize(
    ("queries", "shown", "fields"),
    [
        ((FIRST, LATER), 1, {}),
        ((FIRST, "&status=POSTED&to=2030-04-01T00:00:00Z"), 2, {"status": 500}),
        ((FIRST, LATER), 2, {"bites": ("NextPath()",)}),
    ],
)
def test_rows_that_the_app_drops_or_requested_pass(
    tape: JournalBuilder, queries: tuple[str, ...], shown: int, fields: dict[str, Any]
) -> None:
    """A fault may have changed the link to a later page."""
    tape.effects(read_pages(tape, *queries, **fields)[:shown])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_row_that_was_recent_once_passes(tape: JournalBuilder) -> None:
    """The bank may have changed its date after the app read it."""
    new, old = read_pages(tape, FIRST)
    tape.rows(new, {**old, "posting_date_time": new["posting_date_time"]})
    tape.rows(new, old)
    tape.effects([new, old])

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_reads_income_may_show_its_transactions(tape: JournalBuilder) -> None:
    """The list of income contains transactions of the last six months by default."""
    rows = read_pages(tape, FIRST)
    tape.call("banking.income")
    tape.effects(rows)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("early", "verdict"), [(0, Verdict.PASS), (1, Verdict.FAIL)])
def test_a_day_more_than_declared_is_accepted(tape: JournalBuilder, early: int, verdict: Verdict) -> None:
    """The app may count days in any time zone, so only a begin before that day is too early."""
    tape.wait(0.99)
    begins = NOW - timedelta(days=31, seconds=2, microseconds=early)
    read_transactions(tape, f"&from={begins:%Y-%m-%dT%H:%M:%S.%fZ}")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is verdict
    assert finding.evidence == (("`from` is too early",) if early else ())


@pytest.mark.parametrize("start", [f"{(NOW - timedelta(days=30)).date()}", "lately"])
def test_a_from_without_a_time_zone_is_read_as_a_time_of_the_api(tape: JournalBuilder, start: str) -> None:
    """A text that is no time is the API's to refuse, so it is not too early."""
    read_transactions(tape, f"&from={start}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("query", ["&cursor=abc", "&page=2", "&after=abc", "&page%5Bafter%5D=abc"])
def test_a_later_page_needs_no_from_in_any_style_of_paging(tape: JournalBuilder, query: str) -> None:
    """The first page has the parameter, and its later pages need not repeat it."""
    read_transactions(tape, FIRST)
    read_transactions(tape, query)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("query", ["&status=POSTED", "&page%5Bsize%5D=100"])
def test_other_parameters_do_not_replace_from(tape: JournalBuilder, query: str) -> None:
    """Posted rows may be of any age, and a size selects the first page."""
    read_transactions(tape, query)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("no `from`",))


def test_a_read_that_failed_is_not_judged(tape: JournalBuilder) -> None:
    """The app got no rows from a read without the parameter, and repeated it with the parameter."""
    tape.call("banking.transactions", status=422)
    read_transactions(tape, FIRST)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_the_datasets_that_the_app_reads_instead_are_named(tape: JournalBuilder) -> None:
    """A declared dataset that was not read successfully is not among them."""
    tape.journal.write(History(days=30))
    tape.journal.write(Declared(datasets=("accounts", "balances", "payees")))
    tape.call("banking.accounts")
    tape.call("banking.balances")
    tape.call("banking.payees", status=403)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)
    assert finding.observed == "the app reads accounts and balances, and no transactions"


def test_an_app_that_reads_pending_rows_only_is_inconclusive(tape: JournalBuilder) -> None:
    """It declares other data only, but it does read transactions."""
    tape.journal.write(Declared(datasets=("accounts",)))
    tape.call("banking.accounts")
    read_transactions(tape, "&status=PENDING")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "the app read no transactions")
