"""logs_failed_processing: the message whose work failed is in the log, and that it failed."""

from fiskil_harness.probes import LogsFailedProcessing, Verdict
from tests.probes.tape import Tape

PROBE = LogsFailedProcessing()


def failed_once(tape: Tape, *, counts: tuple[int | None, int | None] = (0, 1)) -> None:
    """The app was told to fail, a message came, and it did."""
    tape.effects({}, moment="ordered", failed=counts[0])
    tape.hook("fail", status=204)
    tape.told("banking.accounts.sync.completed")
    tape.effects({}, failed=counts[1])


def test_a_failure_with_its_message_passes(tape: Tape) -> None:
    """Trace and all."""
    failed_once(tape)
    tape.output(b"m-e0 stored\nwork on m-e0\nTraceback (most recent call last):\n  File x\nValueError: boom")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_receipt_is_no_failure(tape: Tape) -> None:
    """Nor is a failure without its message."""
    failed_once(tape)
    tape.output(b"m-e0 stored\nsomething failed\nm-e0 applied")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_who_does_not_tell_of_failing_is_asked_to(tape: Tape) -> None:
    """The order may have changed nothing."""
    failed_once(tape, counts=(None, None))
    tape.output(b"m-e0 stored")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: failed")


def test_nothing_ordered_nothing_seen(tape: Tape) -> None:
    """Without the order there is no failure to log."""
    tape.told("banking.accounts.sync.completed")
    tape.output(b"m-e0 stored")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_work_before_the_answer_counts_too(tape: Tape) -> None:
    """A receiver may refuse what it could not work on."""
    tape.effects({}, moment="ordered", failed=0)
    tape.hook("fail", status=204)
    tape.told("banking.accounts.sync.completed", outcome="refuse")
    tape.effects({}, failed=1)
    tape.output(b"m-e0 refused: the database is down")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
