"""reads_limited_history: transactions are read only as far back as the config states."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

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
