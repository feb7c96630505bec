"""backs_off: an API that fails is not asked again and again after pauses that are all alike and short."""

from collections.abc import Iterable
from random import Random

import pytest

from fiskil_harness.probes import BacksOff, Verdict
from fiskil_harness.probes.api_client.backs_off import LEAST, is_flat
from tests.probes.tape import Tape

PROBE = BacksOff()
TRANSACTIONS = "banking.transactions"
OUTAGE = ("Status(status=503, retry_after_s=None)",)
CALL_S = 0.05


def failing(tape: Tape, pauses: Iterable[float]) -> None:
    """One call that fails, and one more after each pause."""
    tape.call(TRANSACTIONS, status=503, took_s=0, bites=OUTAGE)
    for pause in pauses:
        tape.wait(pause - CALL_S)
        tape.call(TRANSACTIONS, status=503, took_s=0, bites=OUTAGE)


def test_one_short_rhythm_fails(tape: Tape) -> None:
    """A dozen pauses of a quarter of a second are no chance."""
    tape.told("banking.transactions.sync.completed")
    failing(tape, [0.25] * LEAST)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("in one rhythm: banking.transactions",))


def test_a_hot_loop_fails(tape: Tape) -> None:
    """No pause at all is the shortest rhythm."""
    failing(tape, [0.05 + 0.001 * number for number in range(20)])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_machine_that_stalls_hides_no_rhythm(tape: Tape) -> None:
    """One pause in five was drawn out."""
    failing(tape, [0.2, 0.2, 0.21, 0.6, 0.22] * 3)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


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
def test_growing_long_or_few_pauses_pass(tape: Tape, pauses: list[float]) -> None:
    """Up to a cap, from a second on, or hardly any."""
    failing(tape, pauses)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_chance_makes_no_rhythm() -> None:
    """Well known jitters with the smallest usual base are flat less than once in ten thousand, and these seeds never."""
    series = []
    for seed in range(2000):
        random = Random(seed)
        series.append([random.uniform(0, min(2, 0.05 * 2**number)) for number in range(LEAST)])
        pause, decorrelated = 0.05, []
        for _ in range(LEAST):
            pause = min(2, random.uniform(0.05, pause * 3))
            decorrelated.append(pause)
        series.append(decorrelated)

    assert [sery for sery in series if is_flat(sery)] == []


def test_the_calls_of_several_jobs_make_no_series(tape: Tape) -> None:
    """Whatever rhythm they have together is nobody's."""
    tape.told("banking.accounts.sync.completed")
    tape.told("banking.transactions.sync.completed")
    failing(tape, [0.2] * 20)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_asked_anew_a_new_series_begins(tape: Tape) -> None:
    """Five tries for each of two requests are two short series."""
    tape.told("banking.transactions.sync.completed")
    failing(tape, [0.2] * 5)
    tape.effects({}, moment="settled")
    tape.told("banking.transactions.sync.completed")
    failing(tape, [0.2] * 5)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_waiting_as_told_is_no_rhythm_of_its_own(tape: Tape) -> None:
    """Who obeys Retry-After comes back when it was told to."""
    for _ in range(20):
        tape.call(TRANSACTIONS, status=503, bites=OUTAGE, response_headers=(("retry-after", "1"),))
        tape.wait(0.9)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_calls_side_by_side_make_no_series(tape: Tape) -> None:
    """They overlap, so neither waited for the other."""
    for _ in range(20):
        tape.call(TRANSACTIONS, status=503, took_s=0.3, bites=OUTAGE)
        tape.wait(-0.2)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_api_that_recovers_at_once_shows_nothing(tape: Tape) -> None:
    """After two tries it worked."""
    failing(tape, [0.2])
    tape.wait(0.2)
    tape.call(TRANSACTIONS)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "the API worked again before the pauses could be told from one another"


def test_without_failures_there_is_nothing_to_see(tape: Tape) -> None:
    """Calls that succeed need no pause."""
    tape.call(TRANSACTIONS)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
