"""logs_failures: the log contains each failed journey, with the ids that support needs."""

from typing import Any

import pytest

from fiskil_harness.journal import Visit
from fiskil_harness.journal.builder import END_USER, JournalBuilder
from fiskil_harness.probes import LogsFailures, Verdict

PROBE = LogsFailures()


def fail_journey(tape: JournalBuilder, ending: str = "CONSENT_ENDUSER_DENIED") -> None:
    """Record a journey that failed and returned to the app."""
    tape.journey(ending, session="ses_1")
    tape.visit("cancelled")


@pytest.mark.parametrize("text", [b"CONSENT_ENDUSER_DENIED came back", b"journey ses_1 failed", b"level=warn session=ses_1"])
def test_a_logged_failure_passes(tape: JournalBuilder, text: bytes) -> None:
    """The line has the error type, or the session and a word for a failure."""
    fail_journey(tape)
    tape.deliver_event("consent.received")
    tape.output(text + b"\nm-e0 stored")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_failure_without_a_line_fails(tape: JournalBuilder) -> None:
    """A line about the start of the session does not count."""
    fail_journey(tape)
    tape.deliver_event("consent.received")
    tape.output(b"session ses_1 begun\nm-e0 stored")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("no line about attempt 1: CONSENT_ENDUSER_DENIED",)


@pytest.mark.parametrize("ending", ["APPROVED", "ABANDONED"])
def test_a_journey_that_did_not_return_as_a_failure_needs_no_line(tape: JournalBuilder, ending: str) -> None:
    """A closed tab is not reported to the app."""
    fail_journey(tape, ending)
    tape.output(b"started", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_missing_error_id_is_advice(tape: JournalBuilder) -> None:
    """Fiskil's support needs it."""
    fail_journey(tape)
    tape.call("end_users.list", status=500, response_body=b'{"id": "err_123456789", "name": "x"}')
    tape.output(f"CONSENT_ENDUSER_DENIED {END_USER}\nGET end-users 500".encode(), place="app.log")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice[0].startswith("the error_id of a failed end_users.list is not in the log")


def test_an_error_id_is_enough(tape: JournalBuilder) -> None:
    """Fiskil's support can resolve it; the id of a failed API call is another one."""
    fail_journey(tape)
    tape.call("end_users.list", status=500)
    tape.output(b"link failed error_id=err_123456", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_line_of_the_web_server_about_the_callback_does_not_count(tape: JournalBuilder) -> None:
    """The URL contains the error, but the app did not log it."""
    fail_journey(tape)
    tape.deliver_event("consent.received")
    tape.output(b'"GET /callback?error_type=CONSENT_ENDUSER_DENIED HTTP/1.1" 200\nm-e0 stored')

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_line_without_errors_does_not_count(tape: JournalBuilder) -> None:
    """``errors=0`` reports no failure."""
    fail_journey(tape)
    tape.output(b"session ses_1 begun errors=0 error=null", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("status", "body", "logged", "count"),
    [
        (400, b'{"error_id": "err_123456789"}', "", 1),
        (399, b'{"error_id": "err_123456789"}', "", 0),
        (None, b'{"error_id": "err_123456789"}', "", 0),
        (500, b'{"error_id": "err_123456789"}', "err_123456789", 0),
        (500, b'{"error_id": "err_123456789", "id": "err_987654321"}', "err_987654321", 1),
        (500, b'{"id": 123456789}', "", 0),
        (500, b"", "", 0),
    ],
)
def test_only_the_error_id_of_a_failed_call_is_missed(
    tape: JournalBuilder, status: int | None, body: bytes, logged: str, count: int
) -> None:
    """A success has no error, and some failures have no id."""
    fail_journey(tape)
    tape.call("end_users.list", status=status, response_body=body)
    tape.output(f"CONSENT_ENDUSER_DENIED {END_USER}\nGET end-users {logged}".encode(), place="app.log")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, len(finding.advice)) == (Verdict.PASS, count)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, Verdict.FAIL),
        ({"status": 500}, Verdict.FAIL),
        ({"status": None}, Verdict.INCONCLUSIVE),
        ({"is_elsewhere": True}, Verdict.INCONCLUSIVE),
        ({"participant": "b"}, Verdict.INCONCLUSIVE),
        ({"step": 7}, Verdict.INCONCLUSIVE),
    ],
)
def test_only_a_journey_that_came_back_to_the_app_needs_a_line(
    tape: JournalBuilder, change: dict[str, Any], verdict: Verdict
) -> None:
    """The app cannot log a journey whose end it never saw."""
    tape.journey("CONSENT_ENDUSER_DENIED", session="ses_1")
    tape.write(Visit(**{"participant": "", "page": "cancelled", "status": 200, "step": tape.step, **change}))
    tape.output(b"session ses_1 begun", place="app.log")

    assert PROBE.examine(tape.journal).verdict is verdict
