"""API calls: the rows that the parameters of a call include, and the dataset that it reads."""

import pytest

from fiskil_harness.journal import HookCall
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.api_calls import (
    call_key,
    calls,
    covers,
    dataset_read,
    is_done,
    is_not_shared,
    reads,
    routes_of,
)


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


@pytest.mark.parametrize(
    ("query", "is_covered"),
    [
        ("", True),
        ("read_start_date.oldest=2026-10-01", True),
        ("read_start_date.oldest=2026-10-02", False),
        ("read_start_date.newest=2026-10-02", True),
        ("read_start_date.newest=2026-10-01", False),
        ("service_point_id=sp-1", True),
        ("service_point_id=sp-2", False),
    ],
)
def test_a_call_covers_the_usage_within_its_parameters(tape: JournalBuilder, query: str, is_covered: bool) -> None:
    """The newest day may be exclusive, so its rows are not required."""
    usage = {"fiskil_id": "energy_usage_a", "service_point_id": "sp-1", "read_start_date": "2026-10-01"}

    assert covers(tape.call("energy.usage", query=query), usage) is is_covered


@pytest.mark.parametrize(
    ("route", "dataset"),
    [
        ("banking.transactions", "transactions"),
        ("energy.accounts", "energy_accounts"),
        ("energy.payment_schedules", "payment_schedule"),
        ("energy.plans", ""),
        ("banking.product", ""),
        ("consents.list", ""),
    ],
)
def test_a_route_returns_one_dataset_of_an_end_user(tape: JournalBuilder, route: str, dataset: str) -> None:
    """Public data, such as plans, is of no end user."""
    assert dataset_read(tape.call(route)) == dataset


def test_a_token_that_is_left_changes_no_count(tape: JournalBuilder) -> None:
    """The number of routes is the same for an app that needs a new token, and for one that has one."""
    tape.call("accounts")
    without = routes_of(calls(tape.build()))
    tape.call("token", token="t2")
    with_token = routes_of(calls(tape.build()))

    assert with_token == without == 1
    assert routes_of(calls(tape.build(), "token")) == 1


@pytest.mark.parametrize(
    ("statuses", "status", "expected"),
    [
        ([200], 302, True),
        ([503, 200], 303, True),
        ([503], 302, False),
        ([], 302, False),
        ([], 200, True),
        ([200], 500, False),
        ([200], None, False),
    ],
)
def test_a_redirect_is_done_after_successful_reads(
    tape: JournalBuilder, statuses: list[int], status: int | None, expected: bool
) -> None:
    """Of repeated reads the last one counts; a redirect without any may lead to a page for logging in."""
    for read_status in statuses:
        tape.call("banking.transactions", status=read_status)
    tape.hook("refresh", status=status, took_s=1.0)

    [refresh] = tape.journal.all(HookCall)
    assert is_done(tape.journal, refresh) is expected


def test_a_consent_that_begins_with_a_call_explains_no_refusal(tape: JournalBuilder) -> None:
    """The API decided by the consents from before the call."""
    tape.consent("arr1", "accounts")
    refused = tape.call("banking.transactions", status=403)
    tape.now_s = refused.at_s
    tape.consent("arr1", "accounts", "transactions")

    assert is_not_shared(tape.journal, refused)


def test_no_dataset_means_calls_to_unknown_endpoints(tape: JournalBuilder) -> None:
    """They read no data of an end user that the harness knows."""
    tape.call("banking.transactions")
    unknown = tape.call("", path="/v1/unknown")

    assert reads(tape.journal, "") == [unknown]


@pytest.mark.parametrize(
    ("first", "second", "are_equal"),
    [
        ("from=2026-03-01T10:15:30.250Z", "from=2026-03-01T10:15:33Z", True),
        ("to=2026-03-01T10:15:30Z&from=2026-01-01", "from=2026-01-01&to=2026-03-01T23:58:59%2B10:00", True),
        ("from=2026-03-01T00:00:00Z&to=2026-03-01T11:59:59Z", "from=2026-03-01T12:00:00Z&to=2026-03-01T23:59:59Z", False),
        ("from=2026-03-01T10:00:00.000Z", "from=2026-03-01T11:00:00.000Z", False),
        ("from=2026-02-01T00:00:00Z", "from=2026-03-01T00:00:00Z", False),
        ("from=2026-03-01", "from=2026-03-02", False),
        ("page[after]=2026-03-01T10:15:30Z", "page[after]=2026-03-01T10:15:33Z", False),
        ("from=later", "from=sooner", False),
    ],
)
def test_calls_that_differ_by_a_time_of_day_are_equal(
    tape: JournalBuilder, first: str, second: str, *, are_equal: bool
) -> None:
    """A client may compute the first moment of a read again for each attempt; other dates and cursors are other reads."""
    calls = [tape.call("banking.transactions", query=query) for query in (first, second)]

    assert (call_key(calls[0]) == call_key(calls[1])) is are_equal
