"""logs_failed_processing: the log contains the message whose processing failed, and the failure."""

import pytest

from fiskil_harness.journal import Delivery, FailureReplaced
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import LogsFailedProcessing, Verdict
from fiskil_harness.probes.observability.logs_failed_processing import MORE_WITH_HOOK

PROBE = LogsFailedProcessing()


def fail_once(tape: JournalBuilder, *, counts: tuple[int | None, int | None] = (0, 1)) -> None:
    """Record a requested failure, a message, and the app's counts of failures before and after."""
    tape.effects({}, moment="before_failure", failed=counts[0])
    tape.hook("fail", status=204)
    tape.deliver_event("banking.accounts.sync.completed")
    tape.effects({}, failed=counts[1])


def test_a_failure_with_its_message_passes(tape: JournalBuilder) -> None:
    """A stack trace belongs to the record."""
    fail_once(tape)
    tape.output(b"m-e0 stored\nwork on m-e0\nTraceback (most recent call last):\n  File x\nValueError: boom")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_receipt_or_a_failure_alone_fails(tape: JournalBuilder) -> None:
    """One record must name the message and report the failure."""
    fail_once(tape)
    tape.output(b"m-e0 stored\nsomething failed\nm-e0 applied")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_an_app_that_reports_no_failures_is_inconclusive(tape: JournalBuilder) -> None:
    """The failure may not have happened; the finding names the hook."""
    fail_once(tape, counts=(None, None))
    tape.output(b"m-e0 stored")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: failed")


def test_without_a_requested_failure_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """There is no failure to log."""
    tape.deliver_event("banking.accounts.sync.completed")
    tape.output(b"m-e0 stored")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_processing_before_the_response_counts(tape: JournalBuilder) -> None:
    """A receiver may refuse a message that it cannot process."""
    tape.effects({}, moment="before_failure", failed=0)
    tape.hook("fail", status=204)
    tape.deliver_event("banking.accounts.sync.completed", outcome="refuse")
    tape.effects({}, failed=1)
    tape.output(b"m-e0 refused: the database is down")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def refuse_after_failure(tape: JournalBuilder, log: bytes) -> None:
    """Record a failure after the acknowledgement, which is logged, and then a refused delivery; *log* follows."""
    fail_once(tape)
    tape.hook("fail", status=204)
    tape.deliver_event("banking.balances.sync.completed", outcome="refuse")
    tape.output(b"work on m-e0 failed: boom\n" + log)


def test_a_refused_delivery_without_a_line_fails(tape: JournalBuilder) -> None:
    """The line about the other message does not count, and neither does an entry of the access log."""
    refuse_after_failure(tape, b'127.0.0.1 "POST /webhooks/fiskil HTTP/1.1" 503 -')

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the app refused a genuine message, but no line of the log reports it",
    )


@pytest.mark.parametrize(
    ("log", "verdict", "advices"),
    [
        (b"m-e1 refused: the database is down", Verdict.PASS, 0),
        (b"webhook refused: the database is down", Verdict.PASS, 1),
        (b"OperationalError: database is locked", Verdict.INCONCLUSIVE, 0),
    ],
    ids=["with the message", "about webhooks", "about the database"],
)
def test_a_refused_delivery_may_be_logged_without_its_id(
    tape: JournalBuilder, log: bytes, verdict: Verdict, advices: int
) -> None:
    """A receiver may refuse a request before it trusts the message's id."""
    refuse_after_failure(tape, log)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, len(finding.advice)) == (verdict, advices)


def test_each_kind_of_failure_is_judged(tape: JournalBuilder) -> None:
    """The refusal is logged, but not the processing that failed before."""
    fail_once(tape)
    tape.hook("fail", status=204)
    tape.deliver_event("banking.balances.sync.completed", outcome="refuse")
    tape.output(b"m-e0 stored\nm-e1 refused: the database is down")

    assert PROBE.examine(tape.journal).observed == "the processing of a message failed, but no line of the log reports it"


def fail_without_the_hook(tape: JournalBuilder) -> None:
    """Record an API failure during a job, and a refused forgery, in place of requested failures."""
    tape.journal.write(FailureReplaced(participant="", by="api", at_s=tape.now_s, step=1))
    tape.deliver_event("banking.accounts.sync.completed")
    tape.call("banking.accounts", status=503, bites=("status(503)",))
    tape.journal.write(FailureReplaced(participant="", by="forgeries", at_s=tape.now_s, step=2))
    forged = Delivery(
        event="forged:random_signature", participant="", message_id="f-1", attempt=1, kind="forged", outcome="refuse", step=2
    )
    tape.journal.write(forged)


@pytest.mark.parametrize(
    ("log", "verdict"),
    [
        (b"webhook refused: invalid signature\nGET accounts failed with 503", Verdict.PASS),
        (b"webhook refused: invalid signature\nm-e0 failed: the API is down", Verdict.PASS),
        (b"m-e0 stored\nsomething failed", Verdict.INCONCLUSIVE),
        (b"GET accounts failed with 503\nsomething failed", Verdict.INCONCLUSIVE),
        (b"m-e0 stored\nwebhook refused: invalid signature\nsomething failed", Verdict.INCONCLUSIVE),
        (b"m-e0 stored\nm-e0 applied", Verdict.INCONCLUSIVE),
    ],
)
def test_an_app_without_the_hook_logs_refused_forgeries_and_failed_calls(
    tape: JournalBuilder, log: bytes, verdict: Verdict
) -> None:
    """An app need not log forgeries or repeated calls, so silence is in doubt, like a line that cannot be assigned."""
    fail_without_the_hook(tape)
    tape.output(log)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (verdict, "app.drive.fail" if verdict is Verdict.INCONCLUSIVE else "")
    assert finding.observed == (
        "refused forgeries and API failures during jobs are in the log"
        if verdict is Verdict.PASS
        else "no line of the log connects each failure to a message, webhooks or a call"
    )
    assert (finding.examined, finding.advice) == ((2, (MORE_WITH_HOOK,)) if verdict is Verdict.PASS else (0, ()))


def test_without_the_hook_and_without_a_failure_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """An app that makes no API calls and accepts the forgeries has shown no failure."""
    tape.journal.write(FailureReplaced(participant="", by="api"))
    tape.output(b"m-e0 failed")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.drive.fail")


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("banking.accounts.sync.completed", Verdict.PASS), ("banking.balances.sync.completed", Verdict.FAIL)],
)
def test_unknown_words_are_compared_with_those_about_messages_of_the_same_kind(
    tape: JournalBuilder, kind: str, verdict: Verdict
) -> None:
    """Messages of another kind may have other words without a failure."""
    tape.deliver_event(kind)
    fail_once(tape)
    tape.output(b"m-e0 verbucht\nm-e1 liegt noch im Eingang")

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("is_replaced", [False, True])
def test_an_incomplete_log_is_inconclusive(tape: JournalBuilder, is_replaced: bool) -> None:
    """The line may be among those that the harness could not read."""
    (fail_without_the_hook if is_replaced else fail_once)(tape)
    tape.output(b"m-e0 stored", problem="cannot be read")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.logs")
    assert finding.observed == "output cannot be read"


def test_each_failure_is_examined_and_reported(tape: JournalBuilder) -> None:
    """The evidence says what a line must contain."""
    fail_once(tape)
    tape.output(b"m-e0 stored\nm-e0 applied")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("no line with its message_id and a failure",))

    tape.output(b"m-e0 failed: boom")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined, finding.advice) == (Verdict.PASS, 1, ())
    assert finding.observed == "each failed processing is in the log"


@pytest.mark.parametrize(("later_s", "verdict"), [(0.0, Verdict.FAIL), (-0.001, Verdict.INCONCLUSIVE)])
def test_a_delivery_that_ends_before_the_requested_failure_is_not_affected(
    tape: JournalBuilder, later_s: float, verdict: Verdict
) -> None:
    """The app refused it for another reason; one that ends with the request may have failed because of it."""
    requested_s = tape.now_s
    tape.hook("fail", status=204)
    tape.now_s = requested_s + later_s
    tape.deliver_event("banking.accounts.sync.completed", outcome="refuse")
    tape.output(b"m-e0 stored")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_delivery_belongs_to_the_last_requested_failure_before_its_end(tape: JournalBuilder) -> None:
    """The first request was followed by a failure that is logged, and the second one by a refusal that is not."""
    fail_once(tape)
    requested_s = tape.now_s
    tape.hook("fail", status=204)
    tape.now_s = requested_s
    tape.deliver_event("banking.balances.sync.completed", outcome="refuse")
    tape.output(b"m-e0 failed: boom")

    assert PROBE.examine(tape.journal).observed == "the app refused a genuine message, but no line of the log reports it"


@pytest.mark.parametrize(
    ("problem", "verdict"),
    [("hung up before reading the response", Verdict.INCONCLUSIVE), ("connection reset", Verdict.FAIL)],
)
def test_an_unread_response_is_no_refusal(tape: JournalBuilder, problem: str, verdict: Verdict) -> None:
    """The receiver may have acknowledged the message."""
    tape.deliver_event("consent.received")
    tape.request_failure()
    tape.deliver("e1", status=None, problem=problem)
    tape.output(b"m-e0 stored")

    assert PROBE.examine(tape.journal).verdict is verdict
