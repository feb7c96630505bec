"""The probe of latency: a machine that stood still accuses nobody, and what is counted besides excuses nobody."""

import pytest

from fiskil_harness.journal import Effects, Monitors
from fiskil_harness.probes import NoticesLatency, Verdict
from tests.probes.tape import Tape


def late(tape: Tape) -> None:
    """An answer came a second late."""
    tape.call("banking.accounts", took_s=1.0, bites=("Latency(latency_ms=1000)",))


def measurements(tape: Tape, *, stood_s: float = 0.0, is_told: bool = True, **samples: tuple[float, ...]) -> None:
    """Interpretations of *samples*, with ordinary work before the third of which an answer was heard late, if at all."""
    for number, moment in enumerate(("calm", "idle", "good", "slow")):
        if moment == "good":
            work(tape, stood_s=stood_s, is_told=is_told)
        now = {name: values[number] for name, values in samples.items()}
        tape.wait(0.02)
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, samples=now))
        tape.wait(0.5)


def work(tape: Tape, *, stood_s: float, is_told: bool) -> None:
    """The app reads two pages, and stands still before it has the second."""
    began_s = tape.now_s
    for _ in range(2):
        tape.call("banking.transactions")
    tape.wait(stood_s)
    if is_told:
        tape.hook("refresh", took_s=tape.now_s - began_s)
    tape.wait(0.5)


@pytest.mark.parametrize(("stood_s", "verdict"), [(0.0, Verdict.FAIL), (2.9, Verdict.INCONCLUSIVE)])
@pytest.mark.parametrize("unit", [1.0, 1e3])
def test_a_machine_that_stood_still_before_accuses_nobody(tape: Tape, stood_s: float, unit: float, verdict: Verdict) -> None:
    """By the app's own sum the ordinary work took as long, so what the slow API added may lie beneath it."""
    late(tape)
    sums = (1.25, 1.25, 1.26 + stood_s, 1.27 + stood_s)
    measurements(tape, stood_s=stood_s, fiskil_call_duration_sum=tuple(round(number * unit, 3) for number in sums))

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("stood_s", "verdict"), [(0.0, Verdict.FAIL), (0.7, Verdict.INCONCLUSIVE)])
@pytest.mark.parametrize("name", ["took", "fiskil_call"])
@pytest.mark.parametrize("quick", [(1.0, 1.0, 3.0, 5.0), (1.0, 1.0, 1.0, 1.0)], ids=["one of them", "all"])
def test_a_part_of_the_ordinary_work_that_was_slow_accuses_nobody(
    tape: Tape, name: str, quick: tuple[float, ...], stood_s: float, verdict: Verdict
) -> None:
    """As many calls lay above half a second when nothing was wrong, if the app was silent for as long."""
    late(tape)
    parts = {f'{name}_bucket{{le="+Inf"}}': (1.0, 1.0, 4.0, 7.0), f'{name}_bucket{{le="0.5"}}': quick}
    measurements(tape, stood_s=stood_s, **parts)

    assert NoticesLatency().examine(tape.journal).verdict is verdict


ALIEN = {
    "rows of a page": {
        'fiskil_page_rows_bucket{le="100"}': (1.0, 1.0, 2.0, 3.0),
        'fiskil_page_rows_bucket{le="+Inf"}': (3.0, 3.0, 6.0, 9.0),
    },
    "pauses of the runtime": {
        'jvm_gc_pause_seconds_bucket{le="0.1"}': (1.0, 1.0, 2.0, 3.0),
        'jvm_gc_pause_seconds_bucket{le="+Inf"}': (3.0, 3.0, 6.0, 9.0),
    },
    "work of the runtime": {"process_cpu_seconds_total": (1.2, 1.21, 1.85, 2.49)},
    "rows": {"fiskil_rows_total": (0.0, 0.0, 612.0, 1224.0)},
}


@pytest.mark.parametrize("samples", ALIEN.values(), ids=ALIEN)
@pytest.mark.parametrize("stood_s", [0.0, 2.9])
def test_what_measures_no_calls_excuses_nobody(tape: Tape, samples: dict, stood_s: float) -> None:
    """It grows by ordinary work whether that was slow or not, and by slow work as well."""
    late(tape)
    measurements(tape, stood_s=stood_s, **samples)

    assert NoticesLatency().examine(tape.journal).verdict is Verdict.FAIL


TIMED = {
    "waits": {"fiskil_job_wait_seconds_sum": (1.2, 1.21, 1.85, 2.49)},
    "rows of a response": {"fiskil_response_rows_total": (0.0, 0.0, 612.0, 1224.0)},
}


@pytest.mark.parametrize("samples", TIMED.values(), ids=TIMED)
def test_work_that_was_seen_to_be_quick_excuses_nobody(tape: Tape, samples: dict) -> None:
    """Whatever the app may have measured, it was none of the calls."""
    late(tape)
    measurements(tape, **samples)

    assert NoticesLatency().examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("after_s", "verdict"), [(0.63, Verdict.FAIL), (9.0, Verdict.INCONCLUSIVE)])
def test_an_app_that_works_on_by_itself_is_heard_of_when_it_tells(tape: Tape, after_s: float, verdict: Verdict) -> None:
    """Until then nobody knows when it had the last answer."""
    late(tape)
    measurements(tape, is_told=False, fiskil_call_seconds_sum=(1.25, 1.25, 1.85, 1.87))
    idle = tape.journal.all(Monitors)[1]
    tape.journal.write(Effects(at_s=idle.at_s + after_s, participant="", moment="settled", applied=None, state=None))

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("calm_took_s", "idle_took_s"), [(0.0, 3.0), (3.0, 0.0)])
@pytest.mark.parametrize(
    ("ages", "took_sum", "verdict"),
    [
        ((1.0, 1.5, 1.6, 3.0), 1.31, Verdict.PASS),
        ((1.0, 1.5, 1.6, 3.0), 0.27, Verdict.INCONCLUSIVE),
        ((1.0, 3.0, 3.1, 5.0), 0.27, Verdict.FAIL),
    ],
)
def test_a_reading_that_took_long_makes_no_clock_a_latency(
    tape: Tape, calm_took_s: float, idle_took_s: float, ages: tuple[float, ...], took_sum: float, verdict: Verdict
) -> None:
    """Nor a latency a clock: how long the idle stretch was is known within bounds, and in between nobody knows."""
    late(tape)
    lengths = {"calm": calm_took_s, "idle": idle_took_s, "good": 0.0, "slow": 0.0}
    for number, (moment, length_s) in enumerate(lengths.items()):
        samples = {"took_sum": (0.25, 0.25, 0.26, took_sum)[number], "age_seconds": ages[number]}
        read(tape, moment, length_s, samples)

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("name", ["fiskil_call_seconds_sum", "fiskil_calls"])
@pytest.mark.parametrize(("slow", "verdict"), [(2.2, Verdict.INCONCLUSIVE), (1.34, Verdict.FAIL)])
def test_a_sum_that_grew_while_it_was_read_accuses_nobody(tape: Tape, name: str, slow: float, verdict: Verdict) -> None:
    """In five seconds of an export some call may have ended; a sum that the slow API left alone shows nothing."""
    late(tape)
    for moment, total in zip(("calm", "idle", "good", "slow"), (1.0, 1.3, 1.34, slow), strict=True):
        read(tape, moment, 5.0, {name: total})

    assert NoticesLatency().examine(tape.journal).verdict is verdict


def test_an_average_that_grew_while_it_was_read_accuses_nobody(tape: Tape) -> None:
    """It may have grown a little for the late call, and before for another."""
    late(tape)
    for moment, average in zip(("calm", "idle", "good", "slow"), (0.1, 0.4, 0.4, 0.49), strict=True):
        read(tape, moment, 5.0, {"fiskil_call_seconds_avg": average})

    assert NoticesLatency().examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def read(tape: Tape, moment: str, length_s: float, samples: dict[str, float]) -> None:
    """One reading that takes so long, and half a second after it."""
    began_s = tape.now_s
    tape.wait(length_s)
    tape.journal.write(Monitors(at_s=tape.now_s, began_s=began_s, moment=moment, samples=samples))
    tape.wait(0.5)
