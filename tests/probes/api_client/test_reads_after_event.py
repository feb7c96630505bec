"""reads_after_event: a sync event starts a read, and the app does not read repeatedly before it."""

import pytest

from fiskil_harness.journal import Delivery, DeliveryKind
from fiskil_harness.journal.builder import MOMENT_S, JournalBuilder
from fiskil_harness.journal.queries.api_calls import TOKEN_NOT_RENEWED
from fiskil_harness.probes import ReadsAfterEvent, Verdict

PROBE = ReadsAfterEvent()
ACCOUNTS, TRANSACTIONS = "banking.accounts.sync.completed", "banking.transactions.sync.completed"


def test_a_read_after_each_event_passes(tape: JournalBuilder) -> None:
    """Each acknowledged sync event is followed by a read of its dataset."""
    tape.deliver_event(ACCOUNTS)
    tape.call("banking.accounts")
    tape.deliver_event(TRANSACTIONS)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_an_event_without_a_read_fails(tape: JournalBuilder) -> None:
    """An app that has nothing pending and has read nothing ignored the event."""
    tape.deliver_event(ACCOUNTS)
    tape.call("banking.accounts")
    event = tape.deliver_event(TRANSACTIONS)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, (f"{event} {TRANSACTIONS}",))


def test_an_app_whose_token_is_refused_is_judged_by_another_practice(tape: JournalBuilder) -> None:
    """It cannot read anything."""
    tape.deliver_event(TRANSACTIONS)
    tape.call("consents.list", status=401, token="t")
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, TOKEN_NOT_RENEWED)


def test_a_read_after_the_promised_delay_fails(tape: JournalBuilder) -> None:
    """``fresh_s`` is a promise in the config."""
    tape.deliver_event(TRANSACTIONS)
    tape.wait(9)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_late_read_under_faults_does_not_fail(tape: JournalBuilder) -> None:
    """Backing off takes time."""
    tape.deliver_event(TRANSACTIONS)
    tape.wait(9)
    tape.call("banking.transactions", bites=("Status(status=503)",), status=503)

    assert PROBE.examine(tape.journal).verdict is not Verdict.FAIL


def test_an_app_that_had_too_little_time_is_not_judged(tape: JournalBuilder) -> None:
    """Without ``pending`` an unread event counts only after ``fresh_s``."""
    tape.deliver_event(TRANSACTIONS)
    tape.effects({}, pending=None)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_event_that_the_app_does_not_use_is_not_judged(tape: JournalBuilder) -> None:
    """The config states which events the app uses."""
    tape.deliver_event(TRANSACTIONS, is_subscribed=False)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.uses_events")
    assert finding.observed == "no sync event that the app uses was acknowledged"


def test_repeated_reads_before_the_event_fail(tape: JournalBuilder) -> None:
    """A few early reads are accepted, a fourth equal one is polling."""
    for _ in range(4):
        tape.call("banking.transactions")
    tape.deliver_event(TRANSACTIONS)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_few_early_reads_pass(tape: JournalBuilder) -> None:
    """An app may read once when the end user returns, and once at consent.received."""
    tape.call("banking.transactions")
    tape.call("banking.transactions")
    tape.deliver_event(TRANSACTIONS)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_events_of_an_ended_consent_need_no_read(tape: JournalBuilder) -> None:
    """The consent was revoked after the event."""
    tape.deliver_event(TRANSACTIONS)
    tape.deliver_event("consent.revoked")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_default_delay_is_not_enforced() -> None:
    """A read that comes later than the default is inconclusive."""
    tape = JournalBuilder(assumed=("fresh_s",))
    tape.deliver_event("banking.transactions.sync.completed")
    tape.wait(9)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.fresh_s")


def test_no_read_within_a_default_delay_proves_nothing() -> None:
    """An app that does not report ``pending`` may read later."""
    tape = JournalBuilder(assumed=("fresh_s",))
    tape.deliver_event("banking.transactions.sync.completed")
    tape.wait(9)
    tape.effects({}, pending=None)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_stated_events_a_read_after_one_of_them_proves_nothing(tape: JournalBuilder) -> None:
    """The app ignores the second event, or did not use the first one: the config does not state which."""
    tape.deliver_event(TRANSACTIONS, is_subscribed=False)
    tape.call("banking.transactions")
    tape.effects({})
    tape.wait(20)
    tape.deliver_event(TRANSACTIONS, is_subscribed=False)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.uses_events")


def test_without_stated_events_a_slow_poll_proves_nothing(tape: JournalBuilder) -> None:
    """A read every four seconds often follows an event by chance."""
    for _ in range(2):
        tape.call("banking.transactions")
        tape.wait(4)
    tape.deliver_event(TRANSACTIONS, is_subscribed=False)
    tape.wait(3.8)
    tape.call("banking.transactions")
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.uses_events")


def test_no_read_within_a_promised_delay_fails(tape: JournalBuilder) -> None:
    """An app that does not report ``pending`` is judged by the time that its config promises."""
    event = tape.deliver_event(TRANSACTIONS)
    tape.wait(9)
    tape.effects({}, pending=None)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, (f"{event} {TRANSACTIONS}",))


@pytest.mark.parametrize(("kind", "verdict"), [("genuine", Verdict.PASS), ("forged", Verdict.FAIL)])
def test_reads_after_a_refused_announcement_are_no_polling(
    tape: JournalBuilder, kind: DeliveryKind, verdict: Verdict
) -> None:
    """An app that reads before it responds repeats its reads when Fiskil repeats the message."""
    message = {"event": "e0", "participant": "", "message_id": "m-e0", "kind": kind}
    tape.write(Delivery(at_s=tape.now_s, attempt=1, outcome="refuse", status=503, **message))
    tape.wait(MOMENT_S)
    for _ in range(4):
        tape.call("banking.transactions", status=503)
    tape.deliver_event(TRANSACTIONS)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is verdict
