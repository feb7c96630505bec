"""API calls: the rows that the parameters of a call include, and the dataset that it reads."""

from typing import Any

import pytest

from fiskil_harness.journal import HookCall, HookName, Rows
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.api_calls import (
    call_key,
    calls,
    calls_beside,
    calls_during,
    consent_of,
    covers,
    dataset_of,
    dataset_read,
    end_user_of,
    is_complete_success,
    is_done,
    is_not_shared,
    is_redirect,
    kind_of,
    large_reads,
    never_succeeded,
    never_tried_to_renew,
    reads,
    refreshes,
    routes_of,
    rows_in,
    timed_out,
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


@pytest.mark.parametrize(
    ("status", "bites", "is_success", "is_known"),
    [
        (200, (), True, True),
        (299, (), True, True),
        (300, (), False, False),
        (199, (), False, False),
        (None, (), False, False),
        (200, ("Latency(seconds=2)",), False, True),
        (299, ("Latency(seconds=2)", "Latency(seconds=3)"), False, True),
        (200, ("Latency",), False, True),
        (300, ("Latency(seconds=2)",), False, False),
        (199, ("Latency(seconds=2)",), False, False),
        (None, ("Latency(seconds=2)",), False, False),
        (200, ("Latency(seconds=2)", "Truncate(after_bytes=9)"), False, False),
    ],
)
def test_a_complete_2xx_response_ends_a_refusal(
    tape: JournalBuilder, status: int | None, bites: tuple[str, ...], is_success: bool, is_known: bool
) -> None:
    """A response that was only late is complete too, but a fault acted on it."""
    refused = tape.call("banking.accounts", status=401)
    call = tape.call("banking.accounts", status=status, bites=bites)

    assert is_complete_success(call) is is_success
    assert never_succeeded(calls(tape.journal), [refused]) == ([] if is_known else [refused])


def test_only_a_later_success_of_the_same_read_ends_a_refusal(tape: JournalBuilder) -> None:
    """An earlier success, another route and another end user show nothing; a call about no end user has any."""
    tape.call("banking.accounts")
    read = tape.call("banking.accounts", status=401)
    created = tape.call("end_users.create", status=401)
    tape.call("banking.balances")
    tape.call("banking.accounts", participant="b")

    assert never_succeeded(calls(tape.journal), [read, created]) == [read, created]

    tape.call("end_users.create", end_user_id="eu-alice")
    tape.call("banking.accounts")
    tape.call("banking.accounts", status=503)

    assert never_succeeded(calls(tape.journal), [read, created]) == []


@pytest.mark.parametrize("content", [{"text": "hello"}, {"event": "x", "consent_id": "arr1", "end_user_id": "eu"}])
def test_a_message_in_another_format_has_the_fields_of_its_content(tape: JournalBuilder, content: dict[str, str]) -> None:
    """A field that it does not have is empty."""
    delivery = tape.deliver("e0", content=content)

    fields = (kind_of(delivery), consent_of(delivery), end_user_of(delivery))

    assert fields == tuple(content.get(name, "") for name in ("event", "consent_id", "end_user_id"))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"data": []}', b'{"data": {}}', b"\xff", b"[" * 5000])
def test_a_message_without_fields_has_no_kind(tape: JournalBuilder, body: bytes) -> None:
    """Its body is no object with data, or cannot be read."""
    delivery = tape.deliver("e0", body=body)

    assert (kind_of(delivery), consent_of(delivery), end_user_of(delivery)) == ("", "", "")


@pytest.mark.parametrize(
    ("pages", "length", "clause"),
    [
        (99, "999999", ""),
        (100, "999999", ", after a list of 100 pages"),
        (99, "1000000", ", after a response of 1.0 MB"),
        (100, "2460000", ", after a list of 100 pages and a response of 2.5 MB"),
        (1, "unknown", ""),
    ],
)
def test_the_sizes_of_large_reads_are_stated(tape: JournalBuilder, pages: int, length: str, clause: str) -> None:
    """Pages of one list count together, and repeated or failed reads do not count."""
    tape.rows(tape.transaction("a"))
    for page in range(pages):
        tape.call("banking.transactions", query=f"page[after]=c{page}", response_headers=(("Content-Length", "5"),))
    tape.call("banking.transactions", query="page[after]=c0", response_headers=(("Content-Length", length),))
    tape.call("banking.transactions", query="page[after]=x", status=500, response_headers=(("content-length", "9" * 8),))
    tape.call("banking.transactions", query="account_id=acc1")

    assert large_reads(tape.journal, tape.journal.all(Rows)[0]) == clause
    assert large_reads(tape.journal, Rows(participant="", dataset="balances", rows=())) == ""


@pytest.mark.parametrize(
    ("status", "took_s", "expected"), [(None, 12.0, True), (None, 11.9, False), (200, 12.0, False), (200, 11.9, False)]
)
def test_a_hook_without_a_response_at_the_deadline_timed_out(
    tape: JournalBuilder, status: int | None, took_s: float, expected: bool
) -> None:
    """A connection that broke earlier is another failure."""
    tape.hook("refresh", status=status, took_s=took_s)

    assert timed_out(tape.journal, tape.journal.all(HookCall)[0]) is expected


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        ([], True),
        ([{"status": 200}], True),
        ([{"status": 503}], False),
        ([{"status": 200, "bites": ("Latency(seconds=2)",)}], False),
        ([{"status": 503, "route": "institutions.list"}], True),
        ([{"status": 200}, {"status": 200, "route": "banking.accounts"}], False),
    ],
)
def test_an_app_that_requested_no_new_token_did_not_try_to_renew(
    tape: JournalBuilder, requests: list[dict[str, Any]], expected: bool
) -> None:
    """A failed request for a token is an attempt, and a later read shows a new token."""
    tape.call("banking.accounts", status=401)
    for request in requests:
        tape.call(**{"route": "token", **request})

    assert never_tried_to_renew(tape.journal, {"eu-alice"}) is expected
    assert not never_tried_to_renew(tape.journal, {"eu-b"})


@pytest.mark.parametrize(
    ("began_s", "ended_s", "is_during", "is_beside"),
    [
        (2.0, 2.5, True, True),
        (1.99, 2.0, False, True),
        (1.5, 1.99, False, False),
        (3.0, 3.5, True, True),
        (3.01, 3.5, False, False),
        (1.5, 3.5, False, True),
    ],
)
def test_a_call_during_a_hook_call_begins_within_it(
    tape: JournalBuilder, began_s: float, ended_s: float, is_during: bool, is_beside: bool
) -> None:
    """A call beside it was in progress at some time of it."""
    call = tape.call("banking.accounts", at_s=began_s, ended_s=ended_s)
    tape.now_s = 3.0
    tape.hook("refresh", took_s=1.0)

    [hook] = tape.journal.all(HookCall)
    assert calls_during(tape.journal, hook) == ([call] if is_during else [])
    assert calls_beside(tape.journal, hook) == ([call] if is_beside else [])


@pytest.mark.parametrize(("name", "since_s", "expected"), [("refresh", 2.0, 1), ("refresh", 2.01, 0), ("revoke", 2.0, 0)])
def test_a_refresh_has_the_time_at_which_it_began(
    tape: JournalBuilder, name: HookName, since_s: float, expected: int
) -> None:
    """The response comes later, and other hooks are no refreshes."""
    tape.now_s = 3.0
    tape.hook(name, took_s=1.0)

    assert len(refreshes(tape.journal, since_s=since_s)) == expected


@pytest.mark.parametrize(("status", "expected"), [(None, False), (299, False), (300, True), (399, True), (400, False)])
def test_a_redirect_has_a_status_of_three_hundred(tape: JournalBuilder, status: int | None, expected: bool) -> None:
    """The app led to another page."""
    tape.hook("refresh", status=status)

    assert is_redirect(tape.journal.all(HookCall)[0]) is expected


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (b'[{"id": 1}, {"id": 2}]', [1, 2]),
        (b'{"transactions": [{"id": 1}], "links": {"id": 9}, "pending": [{"id": 2}, 3, null]}', [1, 2]),
        (b'{"id": 1}', []),
        (b'"text"', []),
        (b'[{"id": 1}, {"id"', []),
        (b"\xff", []),
        (b"[" * 5000, []),
        (b"", []),
    ],
)
def test_rows_are_the_objects_in_lists_of_a_response(body: bytes, ids: list[int]) -> None:
    """A response that was not recorded whole has none."""
    assert [row["id"] for row in rows_in(body)] == ids


@pytest.mark.parametrize(
    ("kind", "dataset"),
    [
        ("banking.transactions.sync.completed", "transactions"),
        ("banking.balances.sync.completed", "balances"),
        ("consent.received", ""),
        ("telco.account.updated", ""),
    ],
)
def test_an_event_announces_a_dataset(kind: str, dataset: str) -> None:
    """An event of another kind announces none."""
    assert dataset_of(kind) == dataset


@pytest.mark.parametrize(
    ("call", "permissions", "expected"),
    [
        ({}, ("accounts",), True),
        ({}, ("accounts", "transactions"), False),
        ({"status": 404}, ("accounts",), False),
        ({"bites": ("Status(status=403)",)}, ("accounts",), False),
        ({"route": "consents.list"}, ("accounts",), False),
        ({}, None, False),
    ],
)
def test_data_without_an_active_consent_is_not_shared(
    tape: JournalBuilder, call: dict[str, Any], permissions: tuple[str, ...] | None, expected: bool
) -> None:
    """The API itself refused it; without any consent nothing explains the refusal."""
    if permissions:
        tape.consent("arr1", *permissions, participant="b")
        tape.consent("arr2", "transactions")
        tape.consent("arr2", "transactions", is_active=False)
    refused = tape.call(**{"route": "banking.transactions", "status": 403, **call})

    assert is_not_shared(tape.journal, refused) is expected
