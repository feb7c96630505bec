"""reads_after_event: an event starts the reading, and nothing else does again and again."""

from fiskil_harness.probes import ReadsAfterEvent, Verdict
from tests.probes.tape import Tape

PROBE = ReadsAfterEvent()
ACCOUNTS, TRANSACTIONS = "banking.accounts.sync.completed", "banking.transactions.sync.completed"


def test_reading_after_the_event_passes(tape: Tape) -> None:
    """Each acknowledged sync event is followed by its dataset."""
    tape.told(ACCOUNTS)
    tape.call("banking.accounts")
    tape.told(TRANSACTIONS)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_an_event_without_a_reading_fails(tape: Tape) -> None:
    """An app that has nothing pending and has read nothing ignored the event."""
    tape.told(ACCOUNTS)
    tape.call("banking.accounts")
    event = tape.told(TRANSACTIONS)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, (f"{event} {TRANSACTIONS}",))


def test_a_reading_after_the_declared_delay_fails(tape: Tape) -> None:
    """``fresh_s`` is a promise of the team."""
    tape.told(TRANSACTIONS)
    tape.wait(9)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_late_reading_under_faults_is_not_judged(tape: Tape) -> None:
    """Backing off takes the time it takes."""
    tape.told(TRANSACTIONS)
    tape.wait(9)
    tape.call("banking.transactions", bites=("Status(status=503)",), status=503)

    assert PROBE.examine(tape.journal).verdict is not Verdict.FAIL


def test_an_app_that_had_no_time_is_not_accused(tape: Tape) -> None:
    """Without ``pending``, silence means something only after ``fresh_s``."""
    tape.told(TRANSACTIONS)
    tape.effects({}, pending=None)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_event_that_the_app_does_not_use_is_not_judged(tape: Tape) -> None:
    """The config says which events the app acts on."""
    tape.told(TRANSACTIONS, is_subscribed=False)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.uses_events")


def test_asking_in_a_loop_before_the_event_fails(tape: Tape) -> None:
    """A few early tries are fine, a fourth equal one is polling."""
    for _ in range(4):
        tape.call("banking.transactions")
    tape.told(TRANSACTIONS)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_few_early_tries_pass(tape: Tape) -> None:
    """An app may look once when the end user returns, and once at consent.received."""
    tape.call("banking.transactions")
    tape.call("banking.transactions")
    tape.told(TRANSACTIONS)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_nobody_reads_for_a_consent_that_ended(tape: Tape) -> None:
    """An event of a consent that was revoked meanwhile needs no reading."""
    tape.told(TRANSACTIONS)
    tape.told("consent.revoked")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_nobody_is_held_to_a_delay_that_is_a_default() -> None:
    """A reading that comes later than usual is asked about, not accused."""
    tape = Tape(assumed=("fresh_s",))
    tape.told("banking.transactions.sync.completed")
    tape.wait(9)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.fresh_s")


def test_no_reading_within_a_default_delay_proves_nothing() -> None:
    """An app that tells no pending may read later."""
    tape = Tape(assumed=("fresh_s",))
    tape.told("banking.transactions.sync.completed")
    tape.wait(9)
    tape.effects({}, pending=None)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
