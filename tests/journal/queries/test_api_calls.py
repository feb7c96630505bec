"""API calls: the rows that the parameters of a call include."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.api_calls import covers


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
def test_a_call_covers_the_rows_within_its_parameters(tape: JournalBuilder, query: str, is_covered: bool) -> None:
    """Both limits are inclusive; a value without a date or a time zone is ignored."""
    assert covers(tape.call("banking.transactions", query=query), tape.transaction("a")) is is_covered


@pytest.mark.parametrize(("field", "is_covered"), [("execution_date_time", True), ("value_date_time", False)])
def test_a_pending_row_has_the_date_of_its_execution(tape: JournalBuilder, field: str, is_covered: bool) -> None:
    """A row without a posting or execution date is outside any limits."""
    row = {field: "2026-10-01T09:00:00Z"}

    assert covers(tape.call("banking.transactions", query="from=2026-09-01T00%3A00%3A00Z"), row) is is_covered
