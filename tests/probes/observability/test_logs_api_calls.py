"""logs_api_calls: every endpoint that was called is in the log, in whatever form a log is written."""

import pytest

from fiskil_harness.probes import LogsApiCalls, Verdict
from tests.probes.tape import Tape

PROBE = LogsApiCalls()
GOOD = {
    "a path": b"GET /v1/banking/transactions 200 in 31 ms",
    "the client library's line": b'HTTP Request: GET http://127.0.0.1:4100/v1/banking/transactions?x=1 "HTTP/1.1 200 OK"',
    "an operation's name": b'{"op": "listTransactions", "ok": true}',
    "a route's name": b"banking.transaction.list 200",
}


def called_well_and_ill(tape: Tape) -> None:
    """A call that succeeds, and later one that fails for good."""
    tape.call("banking.transactions")
    tape.call("banking.transactions", status=500)


@pytest.mark.parametrize("form", GOOD)
def test_a_log_in_any_form_passes(tape: Tape, form: str) -> None:
    """Nobody prescribes one."""
    called_well_and_ill(tape)
    tape.output(GOOD[form] + b"\nERROR " + GOOD[form].replace(b"200", b"500"))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_endpoint_without_a_line_is_told(tape: Tape) -> None:
    """That an event's kind holds the same word does not count."""
    called_well_and_ill(tape)
    tape.told("banking.transactions.sync.completed")
    tape.output(b"webhook m-e0 banking.transactions.sync.completed, error in work")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions was called, and no line of the log names it"


def test_a_failure_without_a_line_is_told(tape: Tape) -> None:
    """Successes alone are not enough."""
    called_well_and_ill(tape)
    tape.output(b"GET /v1/banking/transactions 200")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "banking.transactions failed, and no line of the log says so",
    )


def test_a_failure_that_was_repeated_with_success_may_go_unsaid(tape: Tape) -> None:
    """One line for the whole is lawful, but then nothing shows that failures are logged at all."""
    tape.call("banking.transactions", status=503)
    tape.call("banking.transactions")
    tape.output(b"GET /v1/banking/transactions 200")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "text",
    [b"", b"server started", b'127.0.0.1 - "POST /connect HTTP/1.1" 200\n127.0.0.1 - "GET /my/transactions HTTP/1.1" 200'],
    ids=["nothing", "a banner", "the web server's own log"],
)
def test_what_says_nothing_of_the_scenario_may_not_be_the_log(tape: Tape, text: bytes) -> None:
    """The log may go to a place that the config does not name."""
    called_well_and_ill(tape)
    tape.output(text)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.logs")


def test_a_log_that_the_config_names_is_the_log(tape: Tape) -> None:
    """It says nothing, and so the app logs nothing."""
    called_well_and_ill(tape)
    tape.output(b"started", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_log_that_was_rotated_proves_nothing(tape: Tape) -> None:
    """The line may have been in the part that is gone."""
    called_well_and_ill(tape)
    tape.output(b"started", place="app.log", problem="was rotated")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_calls_nothing_proves_nothing(tape: Tape) -> None:
    """There is nothing to log."""
    tape.output(b"started", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_answer_on_a_record_of_its_own_is_read_with_its_request(tape: Tape) -> None:
    """Some HTTP clients log the one, and then the other."""
    called_well_and_ill(tape)
    tape.output(b"request: GET /v1/banking/transactions\nresponse: 500\n")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_status_far_from_its_request_is_none_of_its(tape: Tape) -> None:
    """Something else may have answered so."""
    called_well_and_ill(tape)
    tape.output(b"request: GET /v1/banking/transactions\nresponse: 200\nrefresh answered 500\n")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL
