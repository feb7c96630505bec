"""The app's calls as probes read them: which rows a reading asked for."""

import pytest

from fiskil_harness.journal.queries.api_calls import covers
from tests.probes.tape import Tape


@pytest.mark.parametrize(
    ("query", "is_covered"),
    [
        ("", True),
        ("from=2026-09-01T00%3A00%3A00Z", True),
        ("from=2026-10-01T09%3A00%3A00Z", True),
        ("from=2026-10-01T09%3A00%3A01Z", False),
        ("to=2026-12-01T00%3A00%3A00Z", True),
        ("to=2026-10-01T09%3A00%3A00Z", True),
        ("to=2026-10-01T08%3A59%3A59Z", False),
        ("from=2026-09-01T00%3A00%3A00Z&to=2026-09-30T00%3A00%3A00Z", False),
        ("from=yesterday", True),
        ("from=2026-12-01T00%3A00%3A00", True),
        ("account_id=acc1&status=POSTED", True),
        ("account_id=acc2", False),
        ("status=PENDING", False),
        ("account_id=", True),
    ],
)
def test_a_reading_covers_what_lies_within_what_it_asked_for(tape: Tape, query: str, is_covered: bool) -> None:
    """Both bounds are inside; what is no moment, or none of a known zone, bounds nothing."""
    assert covers(tape.call("banking.transactions", query=query), tape.transaction("a")) is is_covered


@pytest.mark.parametrize(("field", "is_covered"), [("execution_date_time", True), ("value_date_time", False)])
def test_a_pending_row_is_dated_by_its_execution(tape: Tape, field: str, is_covered: bool) -> None:
    """One without either date lies within no bounds."""
    row = {field: "2026-10-01T09:00:00Z"}

    assert covers(tape.call("banking.transactions", query="from=2026-09-01T00%3A00%3A00Z"), row) is is_covered
