"""logs_failures: a journey that came to nothing is in the log, by what support would ask for."""

import pytest

from fiskil_harness.probes import LogsFailures, Verdict
from tests.probes.tape import ALICE, Tape

PROBE = LogsFailures()


def failed(tape: Tape, ending: str = "CONSENT_ENDUSER_DENIED") -> None:
    """A journey failed and came back to the app."""
    tape.journey(ending, session="ses_1")
    tape.visit("cancelled")


@pytest.mark.parametrize("text", [b"CONSENT_ENDUSER_DENIED came back", b"journey ses_1 failed", b"level=warn session=ses_1"])
def test_a_failure_by_any_of_its_names_passes(tape: Tape, text: bytes) -> None:
    """Its error type, or its session in a line that tells of a failure."""
    failed(tape)
    tape.told("consent.received")
    tape.output(text + b"\nm-e0 stored")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_failure_without_a_line_is_told(tape: Tape) -> None:
    """That the session began is no line about its end."""
    failed(tape)
    tape.told("consent.received")
    tape.output(b"session ses_1 begun\nm-e0 stored")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("no line about attempt 1: CONSENT_ENDUSER_DENIED",)


@pytest.mark.parametrize("ending", ["APPROVED", "ABANDONED"])
def test_what_did_not_come_back_as_a_failure_needs_no_line(tape: Tape, ending: str) -> None:
    """Who closes the tab tells nobody."""
    failed(tape, ending)
    tape.output(b"started", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_error_id_that_is_nowhere_is_advice(tape: Tape) -> None:
    """Fiskil's support asks for it."""
    failed(tape)
    tape.call("end_users.list", status=500, response_body=b'{"id": "err_123456789", "name": "x"}')
    tape.output(f"CONSENT_ENDUSER_DENIED {ALICE}\nGET end-users 500".encode(), place="app.log")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice[0].startswith("the error_id of a failed end_users.list is not in the log")


def test_the_id_of_an_error_will_do(tape: Tape) -> None:
    """Fiskil's support knows the rest; that of a failed call is another one."""
    failed(tape)
    tape.call("end_users.list", status=500)
    tape.output(b"link failed error_id=err_123456", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_what_a_web_server_writes_of_a_callback_is_no_log_of_the_apps(tape: Tape) -> None:
    """The address holds the error, and nobody looked at it."""
    failed(tape)
    tape.told("consent.received")
    tape.output(b'"GET /callback?error_type=CONSENT_ENDUSER_DENIED HTTP/1.1" 200\nm-e0 stored')

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_an_error_that_there_was_not_is_no_failure(tape: Tape) -> None:
    """``errors=0`` tells of none."""
    failed(tape)
    tape.output(b"session ses_1 begun errors=0 error=null", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL
