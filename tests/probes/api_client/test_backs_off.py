"""backs_off: a failing API call is not retried again and again after pauses that are all short and similar."""

from collections.abc import Iterable
from random import Random

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import BacksOff, Verdict
from fiskil_harness.probes.api_client.backs_off import MIN_PAUSES, is_flat

PROBE = BacksOff()
TRANSACTIONS = "banking.transactions"
OUTAGE = ("Status(status=503, retry_after_s=None)",)
CALL_S = 0.05


def fail_repeatedly(tape: JournalBuilder, pauses: Iterable[float]) -> None:
    """Write one failing call, and one more after each pause."""
    tape.call(TRANSACTIONS, status=503, took_s=0, bites=OUTAGE)
    for pause in pauses:
        tape.wait(pause - CALL_S)
        tape.call(TRANSACTIONS, status=503, took_s=0, bites=OUTAGE)


def test_a_short_constant_interval_fails(tape: JournalBuilder) -> None:
    """Twelve pauses of a quarter of a second are not chance."""
    tape.deliver_event("banking.transactions.sync.completed")
    fail_repeatedly(tape, [0.25] * MIN_PAUSES)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("constant interval: banking.transactions",))


def test_a_hot_loop_fails(tape: JournalBuilder) -> None:
    """Retrying without a pause is the shortest constant interval."""
    fail_repeatedly(tape, [0.05 + 0.001 * number for number in range(20)])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_stalling_machine_does_not_hide_a_constant_interval(tape: JournalBuilder) -> None:
    """One pause in five may be longer."""
    fail_repeatedly(tape, [0.2, 0.2, 0.21, 0.6, 0.22] * 3)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_long_series_of_unequal_short_pauses_fails(tape: JournalBuilder) -> None:
    """Four attempts with growing pauses, begun again and again, never pause for a second."""
    fail_repeatedly(tape, [0.1, 0.2, 0.4, 0.2] * 7)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("no longer pause: banking.transactions",))


@pytest.mark.parametrize(
    "pauses",
    [
        [0.1, 0.2, 0.4, 0.8, 1.6],
        [0.1, 0.2, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
        [0.25, 0.25],
        [1.0] * 30,
        [],
    ],
)
def test_growing_long_or_few_pauses_pass(tape: JournalBuilder, pauses: list[float]) -> None:
    """Pauses that grow to a maximum, pauses of a second or more, and a few pauses all pass."""
    fail_repeatedly(tape, pauses)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_random_backoff_is_never_flat() -> None:
    """Common jitter algorithms with the smallest usual base are almost never flat, and never with these seeds."""
    all_pauses = []
    for seed in range(2000):
        random = Random(seed)
        all_pauses.append([random.uniform(0, min(2, 0.05 * 2**number)) for number in range(MIN_PAUSES)])
        pause, decorrelated = 0.05, []
        for _ in range(MIN_PAUSES):
            pause = min(2, random.uniform(0.05, pause * 3))
            decorrelated.append(pause)
        all_pauses.append(decorrelated)

    assert [pauses for pauses in all_pauses if is_flat(pauses)] == []


def test_the_calls_of_several_jobs_make_no_series(tape: JournalBuilder) -> None:
    """A constant interval of several jobs together proves nothing about one of them."""
    tape.deliver_event("banking.accounts.sync.completed")
    tape.deliver_event("banking.transactions.sync.completed")
    fail_repeatedly(tape, [0.2] * 20)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_new_work_begins_a_new_series(tape: JournalBuilder) -> None:
    """Five attempts for each of two events are two short series."""
    tape.deliver_event("banking.transactions.sync.completed")
    fail_repeatedly(tape, [0.2] * 5)
    tape.effects({}, moment="settled")
    tape.deliver_event("banking.transactions.sync.completed")
    fail_repeatedly(tape, [0.2] * 5)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_retries_after_retry_after_are_not_judged(tape: JournalBuilder) -> None:
    """An app that obeys Retry-After comes back when the API demands it."""
    for _ in range(20):
        tape.call(TRANSACTIONS, status=503, bites=OUTAGE, response_headers=(("retry-after", "1"),))
        tape.wait(0.9)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_overlapping_calls_make_no_series(tape: JournalBuilder) -> None:
    """Calls that overlap did not wait for each other."""
    for _ in range(20):
        tape.call(TRANSACTIONS, status=503, took_s=0.3, bites=OUTAGE)
        tape.wait(-0.2)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_api_that_recovers_early_proves_nothing(tape: JournalBuilder) -> None:
    """Two attempts are too few to compare pauses."""
    fail_repeatedly(tape, [0.2])
    tape.wait(0.2)
    tape.call(TRANSACTIONS)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "the API recovered before the pauses could be compared"


def test_without_failures_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """Calls that succeed need no pause."""
    tape.call(TRANSACTIONS)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_short_pauses_that_grow_pass_although_the_api_recovers(tape: JournalBuilder) -> None:
    """Doubled pauses below a second are backoff too."""
    fail_repeatedly(tape, [0.1, 0.2, 0.4])
    tape.wait(0.6)
    tape.call(TRANSACTIONS)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
