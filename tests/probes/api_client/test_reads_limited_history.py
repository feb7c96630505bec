"""reads_limited_history: transactions are read as far back as the team says it needs, and no further."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from fiskil_harness.journal import History
from fiskil_harness.probes import ReadsLimitedHistory, Verdict
from tests.probes.tape import ALICE, Tape

PROBE = ReadsLimitedHistory()
NOW = datetime(2030, 6, 15, 12, tzinfo=UTC)


def read(tape: Tape, query: str) -> None:
    """Transactions are read, by an app that says that it needs thirty days."""
    tape.journal.write(History(days=30))
    dated = (("date", format_datetime(NOW, usegmt=True)),)
    tape.call("banking.transactions", query=f"end_user_id={ALICE}{query}", response_headers=dated)


def test_a_beginning_within_the_days_passes(tape: Tape) -> None:
    """The first moment of the day thirty days ago is within them."""
    read(tape, f"&from={(NOW - timedelta(days=30)).date()}T00:00:00Z")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("begins", ["", f"&from={(NOW - timedelta(days=40)).date()}T00:00:00Z", "&from=2020-01-01"])
def test_an_earlier_one_or_none_fails(tape: Tape, begins: str) -> None:
    """Whatever is done with what was read."""
    read(tape, begins)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("query", ["&status=PENDING", "&page%5Bafter%5D=abc"])
def test_some_readings_need_no_beginning(tape: Tape, query: str) -> None:
    """Pending rows are new, and a later page belongs to the first."""
    read(tape, query)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_who_does_not_say_is_asked(tape: Tape) -> None:
    """Without the fact every history may be needed."""
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).hook == "app.facts.history_days"
