"""logs_api_calls: the log contains every called endpoint, in any format."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import LogsApiCalls, Verdict

PROBE = LogsApiCalls()
GOOD = {
    "a path": b"GET /v1/banking/transactions 200 in 31 ms",
    "the client library's line": b'HTTP Request: GET http://127.0.0.1:4100/v1/banking/transactions?x=1 "HTTP/1.1 200 OK"',
    "an operation's name": b'{"op": "listTransactions", "ok": true}',
    "a route's name": b"banking.transaction.list 200",
}


def call_twice(tape: JournalBuilder) -> None:
    """Record a call that succeeds, and a later one that fails."""
    tape.call("banking.transactions")
    tape.call("banking.transactions", status=500)


@pytest.mark.parametrize("form", GOOD)
def test_a_log_in_any_format_passes(tape: JournalBuilder, form: str) -> None:
    """No format is prescribed."""
    call_twice(tape)
    tape.output(GOOD[form] + b"\nERROR " + GOOD[form].replace(b"200", b"500"))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_endpoint_without_a_line_fails(tape: JournalBuilder) -> None:
    """A kind of event that contains the same word does not count."""
    call_twice(tape)
    tape.deliver_event("banking.transactions.sync.completed")
    tape.output(b"webhook m-e0 banking.transactions.sync.completed, error in work")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions was called, but no line of the log names it"


def test_a_failure_without_a_line_fails(tape: JournalBuilder) -> None:
    """Lines about successful calls are not enough."""
    call_twice(tape)
    tape.output(b"GET /v1/banking/transactions 200")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "banking.transactions failed, but no line of the log reports it",
    )


def test_a_failure_with_a_successful_retry_is_inconclusive(tape: JournalBuilder) -> None:
    """One line for both is allowed, but does not show that failures are logged."""
    tape.call("banking.transactions", status=503)
    tape.call("banking.transactions")
    tape.output(b"GET /v1/banking/transactions 200")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "text",
    [b"", b"server started", b'127.0.0.1 - "POST /connect HTTP/1.1" 200\n127.0.0.1 - "GET /my/transactions HTTP/1.1" 200'],
    ids=["nothing", "a banner", "the web server's own log"],
)
def test_output_without_any_id_of_the_scenario_is_inconclusive(tape: JournalBuilder, text: bytes) -> None:
    """The log may be in a place that the config does not name."""
    call_twice(tape)
    tape.output(text)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.logs")


def test_a_configured_log_without_a_line_fails(tape: JournalBuilder) -> None:
    """The config names the log, so the app does not log the calls."""
    call_twice(tape)
    tape.output(b"started", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_rotated_log_is_inconclusive(tape: JournalBuilder) -> None:
    """The line may have been in the part that was removed."""
    call_twice(tape)
    tape.output(b"started", place="app.log", problem="was rotated")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_without_calls_is_inconclusive(tape: JournalBuilder) -> None:
    """There is nothing to log."""
    tape.output(b"started", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_response_in_the_next_record_belongs_to_its_request(tape: JournalBuilder) -> None:
    """Some HTTP clients log the request and the response separately."""
    call_twice(tape)
    tape.output(b"request: GET /v1/banking/transactions\nresponse: 500\n")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_status_far_from_the_request_does_not_count(tape: JournalBuilder) -> None:
    """It may belong to another response."""
    call_twice(tape)
    tape.output(b"request: GET /v1/banking/transactions\nresponse: 200\nrefresh answered 500\n")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_call_that_was_still_open_at_the_end_is_ignored(tape: JournalBuilder) -> None:
    """The app logs it when it ends, and the harness ended it after the scenario."""
    tape.call("banking.transactions", status=None, is_cut=True)
    tape.output(b"started")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app made no API call that ended before the scenario"


def test_an_endpoint_that_never_worked_needs_a_line_about_its_failure(tape: JournalBuilder) -> None:
    """There is no good response after which failures would count."""
    tape.call("banking.transactions")
    tape.call("banking.balances", status=500)
    tape.output(b"GET /v1/banking/transactions 200\nGET /v1/banking/balances")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("no line about the failure of banking.balances",))
