"""notices_latency: a pause of the machine is no failure, and unrelated metrics are no excuse."""

import pytest

from fiskil_harness.journal import Effects, MonitoringReading
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import NoticesLatency, Verdict


def delay_call(tape: JournalBuilder) -> None:
    """Record an API response that was a second late."""
    tape.call("banking.accounts", took_s=1.0, bites=("Latency(latency_ms=1000)",))


def record_readings(
    tape: JournalBuilder, *, paused_s: float = 0.0, is_reported: bool = True, **samples: tuple[float, ...]
) -> None:
    """Record readings of *samples*, with ordinary work before the third, in which the app pauses for *paused_s*."""
    for number, moment in enumerate(("calm", "idle", "good", "slow")):
        if moment == "good":
            work(tape, paused_s=paused_s, is_reported=is_reported)
        values = {name: series[number] for name, series in samples.items()}
        tape.wait(0.02)
        tape.journal.write(MonitoringReading(at_s=tape.now_s, moment=moment, samples=values))
        tape.wait(0.5)


def work(tape: JournalBuilder, *, paused_s: float, is_reported: bool) -> None:
    """Record two pages that the app reads; it is unresponsive before it has the second."""
    began_s = tape.now_s
    for _ in range(2):
        tape.call("banking.transactions")
    tape.wait(paused_s)
    if is_reported:
        tape.hook("refresh", took_s=tape.now_s - began_s)
    tape.wait(0.5)


@pytest.mark.parametrize(("paused_s", "verdict"), [(0.0, Verdict.FAIL), (2.9, Verdict.INCONCLUSIVE)])
@pytest.mark.parametrize("unit", [1.0, 1e3])
def test_an_earlier_pause_of_the_machine_is_inconclusive(
    tape: JournalBuilder, paused_s: float, unit: float, verdict: Verdict
) -> None:
    """The ordinary work took as long by the app's own sum, so it may hide the delay of the API."""
    delay_call(tape)
    sums = (1.25, 1.25, 1.26 + paused_s, 1.27 + paused_s)
    record_readings(tape, paused_s=paused_s, fiskil_call_duration_sum=tuple(round(number * unit, 3) for number in sums))

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("paused_s", "verdict"), [(0.0, Verdict.FAIL), (0.7, Verdict.INCONCLUSIVE)])
@pytest.mark.parametrize("name", ["took", "fiskil_call"])
@pytest.mark.parametrize("quick", [(1.0, 1.0, 3.0, 5.0), (1.0, 1.0, 1.0, 1.0)], ids=["one of them", "all"])
def test_slow_ordinary_work_is_inconclusive(
    tape: JournalBuilder, name: str, quick: tuple[float, ...], paused_s: float, verdict: Verdict
) -> None:
    """As many calls lay above half a second before, if the app was inactive for as long."""
    delay_call(tape)
    buckets = {f'{name}_bucket{{le="+Inf"}}': (1.0, 1.0, 4.0, 7.0), f'{name}_bucket{{le="0.5"}}': quick}
    record_readings(tape, paused_s=paused_s, **buckets)

    assert NoticesLatency().examine(tape.journal).verdict is verdict


UNRELATED = {
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
    "a ratio": {"fiskil_ratio": (1.2, 1.2, 1.21, 1.22)},
    "an amount": {"fiskil_spent": (0.0, 0.0, 90_000.5, 180_001.0)},
}


@pytest.mark.parametrize("samples", UNRELATED.values(), ids=UNRELATED)
@pytest.mark.parametrize("paused_s", [0.0, 2.9])
def test_metrics_that_measure_no_calls_are_no_excuse(tape: JournalBuilder, samples: dict, paused_s: float) -> None:
    """They grow by ordinary work whether it was slow or not, and by slow work as well."""
    delay_call(tape)
    record_readings(tape, paused_s=paused_s, **samples)

    assert NoticesLatency().examine(tape.journal).verdict is Verdict.FAIL


TIMED = {
    "waits": {"fiskil_job_wait_seconds_sum": (1.2, 1.21, 1.85, 2.49)},
    "rows of a response": {"fiskil_response_rows_total": (0.0, 0.0, 612.0, 1224.0)},
}


@pytest.mark.parametrize("samples", TIMED.values(), ids=TIMED)
def test_fast_ordinary_work_is_no_excuse(tape: JournalBuilder, samples: dict) -> None:
    """The metric did not measure the calls."""
    delay_call(tape)
    record_readings(tape, **samples)

    assert NoticesLatency().examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("after_s", "verdict"), [(0.63, Verdict.FAIL), (9.0, Verdict.INCONCLUSIVE)])
def test_an_app_that_works_in_the_background_is_active_when_it_reports(
    tape: JournalBuilder, after_s: float, verdict: Verdict
) -> None:
    """Until then it is unknown when it got the last response."""
    delay_call(tape)
    record_readings(tape, is_reported=False, fiskil_call_seconds_sum=(1.25, 1.25, 1.85, 1.87))
    idle = tape.journal.all(MonitoringReading)[1]
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
def test_a_long_reading_confuses_no_clock_with_a_latency(
    tape: JournalBuilder, calm_took_s: float, idle_took_s: float, ages: tuple[float, ...], took_sum: float, verdict: Verdict
) -> None:
    """The idle time is known within bounds, and a growth in between is inconclusive."""
    delay_call(tape)
    lengths = {"calm": calm_took_s, "idle": idle_took_s, "good": 0.0, "slow": 0.0}
    for number, (moment, length_s) in enumerate(lengths.items()):
        samples = {"took_sum": (0.25, 0.25, 0.26, took_sum)[number], "age_seconds": ages[number]}
        record_reading(tape, moment, length_s, samples)

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("name", ["fiskil_call_seconds_sum", "fiskil_calls"])
@pytest.mark.parametrize(("slow", "verdict"), [(2.2, Verdict.INCONCLUSIVE), (1.34, Verdict.FAIL)])
def test_a_sum_that_grew_during_a_reading_is_inconclusive(
    tape: JournalBuilder, name: str, slow: float, verdict: Verdict
) -> None:
    """A call may have ended during the reading; a sum without growth by the slow API proves nothing."""
    delay_call(tape)
    for moment, total in zip(("calm", "idle", "good", "slow"), (1.0, 1.3, 1.34, slow), strict=True):
        record_reading(tape, moment, 5.0, {name: total})

    assert NoticesLatency().examine(tape.journal).verdict is verdict


def test_an_average_that_grew_during_a_reading_is_inconclusive(tape: JournalBuilder) -> None:
    """It may have grown a little for the late call, and before for another one."""
    delay_call(tape)
    for moment, average in zip(("calm", "idle", "good", "slow"), (0.1, 0.4, 0.4, 0.49), strict=True):
        record_reading(tape, moment, 5.0, {"fiskil_call_seconds_avg": average})

    assert NoticesLatency().examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def record_reading(tape: JournalBuilder, moment: str, length_s: float, samples: dict[str, float]) -> None:
    """Record one reading that takes *length_s*, and wait for half a second."""
    began_s = tape.now_s
    tape.wait(length_s)
    tape.journal.write(MonitoringReading(at_s=tape.now_s, began_s=began_s, moment=moment, samples=samples))
    tape.wait(0.5)


@pytest.mark.parametrize(
    ("name", "bound", "verdict"),
    [
        ("took", "0.09", Verdict.FAIL),
        ("took", "0.1", Verdict.PASS),
        ("took", "1.0", Verdict.PASS),
        ("took", "1.01", Verdict.FAIL),
        ("took", "99.0", Verdict.FAIL),
        ("took", "100.0", Verdict.PASS),
        ("took", "1000.0", Verdict.PASS),
        ("took", "1001.0", Verdict.FAIL),
        ("took_bytes", "0.5", Verdict.FAIL),
    ],
)
def test_the_bound_of_a_bucket_must_be_near_the_delay(tape: JournalBuilder, name: str, bound: str, verdict: Verdict) -> None:
    """A bound far below a delay of one second, or above it, separates no late calls from others."""
    delay_call(tape)
    below, every = f'{name}_bucket{{le="{bound}"}}', f'{name}_bucket{{le="+Inf"}}'
    record_readings(tape, **{below: (1.0, 1.0, 2.0, 2.0), every: (1.0, 1.0, 2.0, 3.0)})

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("above", "verdict"), [((1.0, 1.0), Verdict.FAIL), ((1.0, 2.0), Verdict.PASS)])
def test_more_calls_must_be_above_the_bound_than_before_the_delay(
    tape: JournalBuilder, above: tuple[float, float], verdict: Verdict
) -> None:
    """One call was above it in ordinary work too."""
    delay_call(tape)
    before, late = above
    totals = (4.0, 4.0, 4.0 + before, 4.0 + before + late)
    record_readings(tape, **{'took_bucket{le="0.5"}': (4.0,) * 4, 'took_bucket{le="+Inf"}': totals})

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("status", [None, 199, 300, 503])
def test_a_late_response_without_success_is_not_judged(tape: JournalBuilder, status: int | None) -> None:
    """It counts as a failure of the API, which other metrics show."""
    tape.call("banking.accounts", status=status, took_s=1.0, bites=("Latency(latency_ms=1000)",))
    record_readings(tape, took_sum=(0.25, 0.25, 0.26, 1.31))

    finding = NoticesLatency().examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "no response of the API was late")


@pytest.mark.parametrize(
    ("samples", "verdict"),
    [
        ({"took_sum": (0.25, 0.25, 0.26, 1.26)}, Verdict.INCONCLUSIVE),
        ({"took_sum": (0.25, 0.25, 0.26, 1.29)}, Verdict.PASS),
        ({"took_sum": (0.25, 0.25, 0.26, 15.2)}, Verdict.PASS),
        ({"fiskil_calls": (0.25, 0.25, 0.26, 15.3)}, Verdict.FAIL),
        ({"fiskil_calls": (0.25, 0.25, 0.26, 1.2)}, Verdict.FAIL),
        ({'took_bucket{le="0.15"}': (1.0, 1.0, 2.0, 2.0)}, Verdict.FAIL),
        ({'took_bucket{le="0.2"}': (1.0, 1.0, 2.0, 2.0)}, Verdict.PASS),
        ({'took_bucket{le="2.0"}': (1.0, 1.0, 2.0, 2.0)}, Verdict.PASS),
        ({'took_bucket{le="2.1"}': (1.0, 1.0, 2.0, 2.0)}, Verdict.FAIL),
    ],
)
def test_the_growth_of_a_metric_is_compared_with_the_delay(
    tape: JournalBuilder, samples: dict[str, tuple[float, ...]], verdict: Verdict
) -> None:
    """It grows by half of a delay of two seconds or more, and by at most five seconds and five times the delay."""
    tape.call("banking.accounts", took_s=2.0, bites=("Latency(latency_ms=2000)",))
    record_readings(tape, **samples, **{'took_bucket{le="+Inf"}': (1.0, 1.0, 2.0, 3.0)})

    assert NoticesLatency().examine(tape.journal).verdict is verdict


def test_the_longest_of_several_late_calls_is_the_delay(tape: JournalBuilder) -> None:
    """A metric that grew by half of the shorter delay only does not show the longer one."""
    for seconds in (2.0, 1.0):
        tape.call("banking.accounts", took_s=seconds, bites=("Latency(latency_ms=2000)",))
    record_readings(tape, fiskil_calls=(0.25, 0.25, 0.26, 1.2))

    assert NoticesLatency().examine(tape.journal).verdict is Verdict.FAIL
