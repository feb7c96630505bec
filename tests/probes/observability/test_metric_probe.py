"""The monitoring probes: usual changes prove nothing, and a clock is no latency."""

import pytest

from fiskil_harness.journal import Delivery, FailureReplaced, MonitoringReading, ProcessChanged
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import (
    CountsDeliveries,
    NoticesErrors,
    NoticesFailedDeliveries,
    NoticesLatency,
    Probe,
    Verdict,
)
from fiskil_harness.probes.observability.metric_probe import USUAL_ALERTS, is_repeated, monitoring_of

READ = {"calm": {"calls": 1.0, "age": 1.0}, "idle": {"calls": 1.0, "age": 2.0}, "good": {"calls": 2.0, "age": 2.5}}
"""Readings with a count of calls and a metric that grows with the clock."""
NOW_S = 1_790_000_000.0
"""The time of the readings, in seconds since 1970."""


def record_readings(tape: JournalBuilder, **more: dict[str, float]) -> None:
    """Record the usual readings a second apart, and *more* readings."""
    for moment, samples in {**READ, **more}.items():
        tape.wait(1.0)
        tape.journal.write(MonitoringReading(at_s=tape.now_s, moment=moment, samples=samples))


def fail_call(tape: JournalBuilder) -> None:
    """Record a failed API call."""
    tape.call("banking.accounts", status=503, bites=("Status(status=503)",))


def delay_call(tape: JournalBuilder) -> None:
    """Record an API response that was a second late."""
    tape.call("banking.accounts", took_s=1.0, bites=("Latency(latency_ms=1000)",))


def refuse_delivery(tape: JournalBuilder) -> None:
    """Record a requested failure and a refused delivery."""
    tape.hook("fail", status=204)
    tape.deliver_event("consent.received", outcome="refuse")


@pytest.mark.parametrize(
    ("failing", "recovered", "verdict"),
    [
        ({"calls": 3.0, "failed": 1.0}, {"calls": 4.0, "failed": 1.0}, Verdict.PASS),
        ({"calls": 3.0, "is_failing": 1.0}, {"calls": 4.0, "is_failing": 0.0}, Verdict.PASS),
        ({"calls": 3.0, "failed": 1.0}, {"calls": 4.0, "failed": 2.0}, Verdict.FAIL),
        ({"calls": 3.0, "age": 9.0}, {"calls": 4.0, "age": 10.0}, Verdict.FAIL),
        ({"calls": 3.0, "process_cpu_seconds_total": 9.0}, {"calls": 4.0}, Verdict.FAIL),
    ],
)
def test_errors_show_in_metrics_that_do_not_change_otherwise(
    tape: JournalBuilder, failing: dict, recovered: dict, verdict: Verdict
) -> None:
    """A counter of failures or a gauge that returns counts; a count of calls, a clock or a runtime metric does not."""
    fail_call(tape)
    record_readings(tape, failing=failing, recovered=recovered)

    assert NoticesErrors().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("good", "failing", "verdict"),
    [
        ({"calls_total": 5.0}, {"calls_total": 2.0}, Verdict.INCONCLUSIVE),
        ({"process_start_time_seconds": NOW_S}, {"process_start_time_seconds": NOW_S + 0.1}, Verdict.INCONCLUSIVE),
        ({"calls_total": 5.0}, {"calls_total": 5.0}, Verdict.FAIL),
        ({"process_start_time_seconds": NOW_S}, {"process_start_time_seconds": NOW_S}, Verdict.FAIL),
        ({"calls_total": 5.0}, {"calls_total": 2.0, "failed_total": 1.0}, Verdict.PASS),
    ],
)
def test_counters_that_fall_belong_to_several_processes(
    tape: JournalBuilder, good: dict, failing: dict, verdict: Verdict
) -> None:
    """Each process of such an app has metrics of its own, so the readings may not be from the one that failed."""
    fail_call(tape)
    record_readings(tape, calm={}, idle={}, good=good, failing=failing, recovered=failing)

    assert NoticesErrors().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("calls", "reason"), [(2.0, "calls_total shows that each of several processes"), (9.0, "repeated")])
def test_a_latency_that_only_one_process_shows_belongs_to_several_processes(
    tape: JournalBuilder, calls: float, reason: str
) -> None:
    """The second reading is of the process that met no late response, if its counter is lower than before."""
    delay_call(tape)
    readings = {"calm": 0.2, "idle": 0.2, "good": 0.3, "slow": 1.4, "recovered": 1.5, "slow_again": 1.6}
    samples = {moment: {"took_sum": took_s, "calls_total": 5.0} for moment, took_s in readings.items()}
    record_readings(tape, **samples | {"slow_again": {"took_sum": 1.6, "calls_total": calls}})

    finding = NoticesLatency().examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert reason in finding.observed


def test_counters_may_fall_in_a_restart(tape: JournalBuilder) -> None:
    """A restarted process counts from 0 again, so a counter that falls then is no doubt about the readings."""
    fail_call(tape)
    record_readings(tape, good={"calls_total": 5.0})
    tape.wait(1.0)
    tape.journal.write(ProcessChanged(at_s=tape.now_s, change="kill"))
    for moment in ("failing", "recovered"):
        tape.wait(1.0)
        tape.journal.write(MonitoringReading(at_s=tape.now_s, moment=moment, samples={"calls_total": 2.0}))

    assert NoticesErrors().examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("slow", "verdict"),
    [
        ({"calls": 3.0, "took_sum": 1.02}, Verdict.PASS),
        ({"calls": 3.0, "took_ms": 1015.7}, Verdict.PASS),
        ({"calls": 3.0, "took_sum": 0.02}, Verdict.FAIL),
        ({"calls": 9.0}, Verdict.FAIL),
        ({"calls": 3.0, "age": 4.6}, Verdict.FAIL),
    ],
)
def test_latency_shows_in_metrics_that_grow_with_it(tape: JournalBuilder, slow: dict, verdict: Verdict) -> None:
    """Seconds and milliseconds count; a count of calls is an integer, and a clock grows while the app is idle."""
    delay_call(tape)
    record_readings(tape, slow=slow)

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("failing", "verdict"),
    [({"calls": 3.0, "refused": 1.0}, Verdict.PASS), ({"calls": 3.0}, Verdict.FAIL)],
)
def test_failed_deliveries_show_in_metrics_that_good_ones_do_not_change(
    tape: JournalBuilder, failing: dict, verdict: Verdict
) -> None:
    """A count of all deliveries is no count of failures."""
    refuse_delivery(tape)
    record_readings(tape, failing=failing)

    assert NoticesFailedDeliveries().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("failing", "verdict"),
    [
        ({"calls": 2.0, "age": 3.0, "forged": 3.0}, Verdict.PASS),
        ({"calls": 2.0, "age": 3.0}, Verdict.INCONCLUSIVE),
    ],
)
def test_refused_forgeries_replace_a_requested_failure(
    tape: JournalBuilder, failing: dict[str, float], verdict: Verdict
) -> None:
    """An app may count only genuine deliveries that fail, so silence about forgeries is no FAIL."""
    tape.journal.write(FailureReplaced(participant="", by="forgeries", step=3))
    tape.journal.write(
        Delivery(event="f", participant="", message_id="f", attempt=1, kind="forged", outcome="refuse", step=3)
    )
    record_readings(tape, failing=failing)

    finding = NoticesFailedDeliveries().examine(tape.journal)

    assert (finding.verdict, finding.hook) == (verdict, "app.drive.fail" if verdict is Verdict.INCONCLUSIVE else "")


@pytest.mark.parametrize(
    ("refreshed", "good", "verdict"),
    [
        ({"calls": 2.0, "age": 3.0}, {"calls": 3.0, "age": 4.0, "received": 1.0}, Verdict.PASS),
        ({"calls": 2.0, "age": 3.0}, {"calls": 3.0, "age": 0.1}, Verdict.PASS),
        ({"calls": 2.0, "age": 3.0}, {"calls": 3.0, "age": 4.0}, Verdict.FAIL),
        ({"calls_total": 2.0}, {"calls_total": 2.0}, Verdict.FAIL),
        ({"process_start_time_seconds": NOW_S}, {"process_start_time_seconds": NOW_S + 0.1}, Verdict.INCONCLUSIVE),
    ],
)
def test_silence_shows_in_metrics_that_deliveries_change(
    tape: JournalBuilder, refreshed: dict, good: dict, verdict: Verdict
) -> None:
    """A count or a falling age counts; a metric that also changes by reading it does not, nor another process."""
    tape.deliver_event("consent.received")
    record_readings(tape, refreshed=refreshed, good=good)

    assert CountsDeliveries().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("probe", "record_failure", "before", "after"),
    [
        (NoticesErrors(), fail_call, "good", ("failing", "recovered")),
        (NoticesLatency(), delay_call, "good", ("slow",)),
        (NoticesFailedDeliveries(), refuse_delivery, "good", ("failing",)),
    ],
)
def test_an_alert_is_enough(tape: JournalBuilder, probe: Probe, record_failure, before: str, after: tuple[str, ...]) -> None:
    """The app has no metrics."""
    record_failure(tape)
    for moment in (*READ, *after):
        alerts = int(moment in after)
        tape.journal.write(MonitoringReading(at_s=tape.now_s, moment=moment, alerts=alerts, is_configured=True))

    assert probe.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("probe", [NoticesErrors(), NoticesLatency(), NoticesFailedDeliveries(), CountsDeliveries()])
@pytest.mark.parametrize("problem", ["", "app.observe.metrics answered 404."])
def test_unreadable_monitoring_is_inconclusive(tape: JournalBuilder, probe: Probe, problem: str) -> None:
    """The finding names the hook that would help."""
    fail_call(tape)
    delay_call(tape)
    refuse_delivery(tape)
    tape.deliver_event("consent.received")
    for moment in (*READ, "refreshed", "slow", "failing", "recovered"):
        tape.journal.write(MonitoringReading(at_s=tape.now_s, moment=moment, problem=problem))

    finding = probe.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.metrics")


@pytest.mark.parametrize("probe", [NoticesErrors(), NoticesLatency(), NoticesFailedDeliveries(), CountsDeliveries()])
def test_without_a_failure_the_result_is_inconclusive(tape: JournalBuilder, probe: Probe) -> None:
    """No call failed or was late, and no delivery came."""
    record_readings(tape, refreshed={}, slow={}, failing={}, recovered={})

    assert probe.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_integer_milliseconds_are_a_latency(tape: JournalBuilder) -> None:
    """A growth by hundreds cannot be a count of calls."""
    delay_call(tape)
    record_readings(tape, slow={"calls": 3.0, "took_ms": 1015.0})

    assert NoticesLatency().examine(tape.journal).verdict is Verdict.PASS


def test_a_falling_share_passes(tape: JournalBuilder) -> None:
    """An average returns slowly."""
    fail_call(tape)
    record_readings(tape, failing={"calls": 3.0, "share": 0.4}, recovered={"calls": 4.0, "share": 0.3})

    assert NoticesErrors().examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("probe", "record_failure", "after"),
    [
        (NoticesErrors(), fail_call, ("failing", "recovered")),
        (NoticesLatency(), delay_call, ("slow",)),
        (NoticesFailedDeliveries(), refuse_delivery, ("failing",)),
    ],
)
def test_no_alert_after_a_short_failure_is_inconclusive(
    tape: JournalBuilder, probe: Probe, record_failure, after: tuple
) -> None:
    """The alert's threshold may be higher than the failures of a scenario."""
    record_failure(tape)
    for moment in (*READ, *after):
        tape.journal.write(MonitoringReading(at_s=tape.now_s, moment=moment, is_configured=True))

    assert probe.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def record_alerts(tape: JournalBuilder, *, is_calm: bool | None = None, **kinds: tuple[str, ...]) -> None:
    """Record the usual readings of an app without metrics, with alerts of these kinds at each moment."""
    count = 0
    for moment in (*READ, "refreshed", "slow", "failing", "recovered", "over"):
        count += len(kinds.get(moment, ()))
        calm = is_calm if moment == "over" else None
        fields = {"alerts": count, "kinds": kinds.get(moment, ()), "is_configured": True, "is_calm": calm}
        tape.journal.write(MonitoringReading(at_s=tape.now_s, moment=moment, **fields))


@pytest.mark.parametrize(
    ("probe", "record_failure"), [(NoticesErrors(), fail_call), (NoticesFailedDeliveries(), refuse_delivery)]
)
@pytest.mark.parametrize(("is_calm", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_an_alert_must_end(tape: JournalBuilder, probe: Probe, record_failure, is_calm: bool, verdict: Verdict) -> None:
    """An alert that continues long after the failure is useless."""
    record_failure(tape)
    record_alerts(tape, failing=("down",), is_calm=is_calm)

    assert probe.examine(tape.journal).verdict is verdict


def test_continuing_alerts_without_a_deadline_are_inconclusive() -> None:
    """The deadline is only a default."""
    tape = JournalBuilder(assumed=("alert_s",))
    fail_call(tape)
    record_alerts(tape, failing=("down",), is_calm=False)

    assert NoticesErrors().examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("probe", "record_failure", "moment"),
    [
        (NoticesErrors(), fail_call, "failing"),
        (NoticesLatency(), delay_call, "slow"),
        (NoticesFailedDeliveries(), refuse_delivery, "failing"),
    ],
)
def test_a_regular_alert_is_inconclusive(tape: JournalBuilder, probe: Probe, record_failure, moment: str) -> None:
    """It also comes without a failure, so it proves nothing."""
    record_failure(tape)
    record_alerts(tape, good=("alive",), **{moment: ("alive",)})

    assert probe.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("good", "verdict"), [((), Verdict.PASS), (("silent",), Verdict.INCONCLUSIVE)])
def test_an_alert_that_comes_only_in_silence_passes(tape: JournalBuilder, good: tuple[str, ...], verdict: Verdict) -> None:
    """An alert that also comes with deliveries proves nothing."""
    tape.deliver_event("consent.received")
    record_alerts(tape, idle=("silent",), good=good)

    assert CountsDeliveries().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("over", "verdict"),
    [({"calls": 5.0, "failed": 2.0}, Verdict.PASS), ({"calls": 5.0, "failed": 3.0}, Verdict.FAIL)],
)
def test_a_late_count_may_become_stable(tape: JournalBuilder, over: dict, verdict: Verdict) -> None:
    """One more change right after the failure is allowed; later changes are not."""
    fail_call(tape)
    record_readings(tape, failing={"calls": 3.0, "failed": 1.0}, recovered={"calls": 4.0, "failed": 2.0}, over=over)

    assert NoticesErrors().examine(tape.journal).verdict is verdict


def test_the_count_of_failed_deliveries_must_become_stable(tape: JournalBuilder) -> None:
    """A count that continues with good deliveries counts those."""
    refuse_delivery(tape)
    failing, recovered, over = ({"calls": 3.0 + n, "refused": 1.0 + n} for n in range(3))
    record_readings(tape, failing=failing, recovered=recovered, over=over)

    assert NoticesFailedDeliveries().examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "metric",
    ['took_bucket{le="0.5"}', 'took{quantile="0.99"}', 'took_bucket{le="5",path="/x"}', "process_cpu_seconds_total"],
)
def test_a_bucket_of_a_distribution_is_no_count_of_errors(tape: JournalBuilder, metric: str) -> None:
    """Any bucket may change, depending on timing."""
    fail_call(tape)
    record_readings(tape, failing={"calls": 3.0, metric: 1.0}, recovered={"calls": 4.0, metric: 1.0})

    assert NoticesErrors().examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("below", "verdict"), [((1.0, 2.0, 2.0), Verdict.PASS), ((1.0, 2.0, 3.0), Verdict.FAIL)], ids=["above", "below"]
)
def test_a_distribution_without_a_sum_is_enough(tape: JournalBuilder, below: tuple[float, ...], verdict: Verdict) -> None:
    """One more call lies above half a second, or none does."""
    delay_call(tape)
    for moment, calls, quick in zip(("calm", "idle", "good", "slow"), (1.0, 1.0, 2.0, 3.0), (1.0, *below), strict=True):
        tape.wait(1.0)
        samples = {"took_count": calls, 'took_bucket{le="+Inf"}': calls, 'took_bucket{le="0.5"}': quick}
        tape.journal.write(MonitoringReading(at_s=tape.now_s, moment=moment, samples=samples))

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("slow", "verdict"),
    [
        ({"calls": 3.0, "latency_avg": 0.09}, Verdict.INCONCLUSIVE),
        ({"calls": 3.0, "last_call_timestamp_seconds": 1.7e9}, Verdict.FAIL),
        ({"calls": 3.0, "took_created": 1.7e9}, Verdict.FAIL),
        ({"calls": 3.0, "heap_bytes": 900.5}, Verdict.FAIL),
        ({"calls": 3.0, "rows": 40_000.5}, Verdict.FAIL),
    ],
)
def test_metrics_that_measure_no_latency_do_not_pass(tape: JournalBuilder, slow: dict, verdict: Verdict) -> None:
    """An average that grows a little is inconclusive; an instant or a size does not count."""
    delay_call(tape)
    record_readings(tape, slow=slow)

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("slow", "verdict"),
    [
        ({"fiskil_request_duration_ns_sum": 2.1e9}, Verdict.PASS),
        ({"fiskil_api_micros_sum": 2.1e6}, Verdict.PASS),
        ({"fiskil_api_ns_sum": 1.4e9}, Verdict.PASS),
        ({'took_ns_bucket{le="1e+09"}': 1.0, 'took_ns_bucket{le="+Inf"}': 3.0}, Verdict.PASS),
        ({"last_call_time": NOW_S - 1.0}, Verdict.INCONCLUSIVE),
        ({"last_call": NOW_S - 1.0}, Verdict.FAIL),
        ({"last_call_ms": NOW_S * 1e3}, Verdict.FAIL),
        ({"rows_total": 2.1e6}, Verdict.FAIL),
        ({"go_memstats_mallocs_total": 2.1e6}, Verdict.FAIL),
        ({"process.runtime.jvm.gc.time": 2.1e6}, Verdict.INCONCLUSIVE),
        ({"token_expires_time": 1.9e9}, Verdict.FAIL),
    ],
)
def test_latency_may_be_in_small_units(tape: JournalBuilder, slow: dict, verdict: Verdict) -> None:
    """Microseconds and nanoseconds count if the name has a word for time; a value near the present may be an instant."""
    tape.call("banking.accounts", took_s=2.0, bites=("Latency(latency_ms=2000)",))
    for moment, samples in {**READ, "slow": {"calls": 3.0, **slow}}.items():
        tape.wait(1.0)
        tape.journal.write(MonitoringReading(at_s=tape.now_s, moment=moment, samples=samples, since_1970_s=NOW_S))

    assert NoticesLatency().examine(tape.journal).verdict is verdict


def test_a_moving_instant_is_no_latency(tape: JournalBuilder) -> None:
    """In milliseconds it grows by as much as some sums."""
    delay_call(tape)
    for moment, after_ms in (("calm", 0.0), ("idle", 0.0), ("good", 500.5), ("slow", 2600.5)):
        tape.wait(1.0)
        samples = {"last_call_took_place_ms": NOW_S * 1e3 + after_ms}
        tape.journal.write(MonitoringReading(at_s=tape.now_s, moment=moment, samples=samples, since_1970_s=NOW_S))

    assert NoticesLatency().examine(tape.journal).verdict is not Verdict.PASS


RUNTIMES = {
    "process_webhook_deliveries_total": Verdict.PASS,
    'system_fiskil_events_total{outcome="ok"}': Verdict.PASS,
    "ruby_http_requests_total": Verdict.PASS,
    "go_requests_total": Verdict.PASS,
    "process_widgets_total": Verdict.INCONCLUSIVE,
    "go_sql_open_connections": Verdict.INCONCLUSIVE,
    "python_gc_objects_collected_total": Verdict.FAIL,
    "process_resident_memory_bytes": Verdict.FAIL,
    "process_open_fds": Verdict.FAIL,
    "go_memstats_alloc_bytes": Verdict.FAIL,
    "nodejs_eventloop_lag_seconds": Verdict.FAIL,
    "jvm_gc_pause_seconds_count": Verdict.FAIL,
    "process.runtime.cpython.gc_count": Verdict.FAIL,
    "system.network.errors": Verdict.FAIL,
    "promhttp_metric_handler_requests_total": Verdict.FAIL,
}


@pytest.mark.parametrize("name", RUNTIMES)
def test_only_known_runtime_metrics_are_left_out(tape: JournalBuilder, name: str) -> None:
    """If only the beginning of a name is a runtime's, the result is inconclusive."""
    tape.deliver_event("consent.received")
    record_readings(tape, refreshed=READ["idle"], good={**READ["idle"], name: 3.0})
    counted = CountsDeliveries().examine(tape.journal).verdict
    other = JournalBuilder()
    fail_call(other)
    record_readings(other, failing={"calls": 3.0, name: 3.0}, recovered={"calls": 4.0, name: 3.0})

    assert (counted, NoticesErrors().examine(other.journal).verdict) == (RUNTIMES[name],) * 2


@pytest.mark.parametrize("probe", [NoticesErrors(), NoticesFailedDeliveries()])
def test_an_alert_is_enough_if_metrics_are_unreadable(tape: JournalBuilder, probe: Probe) -> None:
    """Rare exports do not matter then."""
    fail_call(tape)
    refuse_delivery(tape)
    for moment in (*READ, "failing", "recovered"):
        alerts = int(moment in {"failing", "recovered"})
        tape.journal.write(
            MonitoringReading(at_s=tape.now_s, moment=moment, alerts=alerts, problem="no export came", is_configured=True)
        )

    assert probe.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("probe", "record_failure", "moment"),
    [
        (NoticesErrors(), fail_call, "failing"),
        (NoticesLatency(), delay_call, "slow"),
        (NoticesFailedDeliveries(), refuse_delivery, "failing"),
    ],
)
@pytest.mark.parametrize(("assumed", "alerts"), [((), 1), (("alert_s",), 0)])
def test_an_alert_that_may_be_delayed_is_inconclusive(
    probe: Probe, record_failure, moment: str, assumed: tuple[str, ...], alerts: int
) -> None:
    """Alerts may be rate-limited and one came before, or the config sets no deadline."""
    tape = JournalBuilder(assumed=assumed)
    record_failure(tape)
    for reading in (*READ, moment, "recovered"):
        tape.wait(1.0)
        tape.journal.write(
            MonitoringReading(
                at_s=tape.now_s, moment=reading, samples={"calls": tape.now_s}, alerts=alerts, is_configured=True
            )
        )

    assert probe.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_alerts_from_before_a_restart_delay_no_later_alert(tape: JournalBuilder) -> None:
    """They belong to an earlier scenario, and the app has forgotten them."""
    tape.journal.write(ProcessChanged(at_s=tape.now_s, change="kill"))
    fail_call(tape)
    for reading in (*READ, "failing", "recovered"):
        tape.wait(1.0)
        tape.journal.write(
            MonitoringReading(at_s=tape.now_s, moment=reading, samples={"calls": tape.now_s}, alerts=3, is_configured=True)
        )

    finding = NoticesErrors().examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "calls to the API failed, but nothing in the app's monitoring changed"


@pytest.mark.parametrize(
    ("failing", "applied", "verdict"),
    [
        ({"calls": 3.0, "retried": 1.0}, {"m-e0": 1}, Verdict.PASS),
        ({"calls": 3.0}, {"m-e0": 1}, Verdict.INCONCLUSIVE),
        ({"calls": 3.0}, {}, Verdict.FAIL),
        ({"calls": 3.0, "lost": 1.0}, {}, Verdict.PASS),
    ],
    ids=["counted", "not counted", "lost", "lost and counted"],
)
def test_processing_that_succeeds_in_a_retry_need_not_be_counted(
    tape: JournalBuilder, failing: dict, applied: dict, verdict: Verdict
) -> None:
    """The app acknowledged the message, and may count only messages whose last retry fails."""
    tape.effects({}, moment="before_failure", failed=0)
    tape.hook("fail", status=204)
    tape.deliver_event("consent.received")
    tape.effects({}, failed=1, applied=applied)
    record_readings(tape, failing=failing)

    finding = NoticesFailedDeliveries().examine(tape.journal)

    assert finding.verdict is verdict
    assert "the processing of messages failed" in finding.observed


SAME = {"calls": 3.0}


def fail_twice(tape: JournalBuilder, **series: tuple[float, float, float, float, float]) -> None:
    """Record two failures; *series* are values at failing, recovered, failing_again, recovered_again and over."""
    moments = ("failing", "recovered", "failing_again", "recovered_again", "over")
    for number, moment in enumerate(("calm", "idle", "good", *moments)):
        tape.wait(1.0)
        if moment.startswith("failing"):
            tape.call("banking.accounts", status=503, bites=("Status(status=503)",))
        values = {name: (5.0 if name == "capacity" else 0.0, *values)[max(0, number - 2)] for name, values in series.items()}
        tape.journal.write(MonitoringReading(at_s=tape.now_s, moment=moment, samples=SAME | values))


@pytest.mark.parametrize(
    ("series", "verdict", "observed"),
    [
        ({"failed": (4.0, 4.0, 8.0, 8.0, 8.0)}, Verdict.PASS, "failed rose both times while calls to the API failed"),
        ({"is_failing": (1.0, 0.0, 1.0, 0.0, 0.0)}, Verdict.PASS, "is_failing rose both times"),
        ({"failed": (4.0, 5.0, 8.0, 9.0, 9.0)}, Verdict.PASS, "failed rose both times"),
        ({"has_failed": (1.0, 1.0, 1.0, 1.0, 1.0)}, Verdict.FAIL, "but no metric rose both times"),
        ({"ticks": (1.0, 1.0, 2.0, 2.0, 3.0)}, Verdict.FAIL, "continues to change after the failure"),
        ({"capacity": (4.0, 4.0, 4.0, 4.0, 4.0)}, Verdict.FAIL, "but no metric rose both times"),
        ({"capacity": (0.0, 5.0, 0.0, 5.0, 5.0)}, Verdict.INCONCLUSIVE, "only metrics that fell changed both times"),
        (
            {"first": (1.0, 1.0, 1.0, 1.0, 1.0), "later": (0.0, 0.0, 1.0, 1.0, 1.0)},
            Verdict.FAIL,
            "no metric rose both times",
        ),
        ({"a": (1.0, 1.0, 2.0, 2.0, 2.0), "errors": (1.0, 1.0, 2.0, 2.0, 2.0)}, Verdict.PASS, "errors rose both times"),
    ],
)
def test_the_same_metric_must_rise_with_both_failures(
    tape: JournalBuilder, series: dict[str, tuple[float, float, float, float, float]], verdict: Verdict, observed: str
) -> None:
    """A change that happens once, or also without a failure, may be a coincidence; the finding names the metric."""
    fail_twice(tape, **series)

    finding = NoticesErrors().examine(tape.journal)

    assert finding.verdict is verdict
    assert observed in finding.observed


def test_an_app_that_stopped_calling_the_api_is_judged_by_the_first_failure(tape: JournalBuilder) -> None:
    """Its circuit breaker is still open, so no call fails the second time."""
    fail_call(tape)
    after = {"calls": 3.0, "failed": 1.0}
    moments = ("failing", "recovered", "failing_again", "recovered_again", "over")
    record_readings(tape, **dict.fromkeys(moments, after))

    assert NoticesErrors().examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("again", "verdict"), [({"took_sum": 2.1}, Verdict.PASS), ({"took_sum": 1.04}, Verdict.INCONCLUSIVE)]
)
def test_a_latency_metric_must_grow_both_times(tape: JournalBuilder, again: dict[str, float], verdict: Verdict) -> None:
    """A random value may grow once."""
    delay_call(tape)
    record_readings(tape, slow={"took_sum": 1.02}, recovered={"took_sum": 1.03}, slow_again=again)

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("recovered", "over", "verdict"),
    [(2.0, 3.0, Verdict.PASS), (1.0, 2.0, Verdict.INCONCLUSIVE), (1.0, 1.0, Verdict.FAIL)],
)
def test_later_deliveries_change_the_same_metric(
    tape: JournalBuilder, recovered: float, over: float, verdict: Verdict
) -> None:
    """A metric that changes with the first deliveries only does not show that later ones stop."""
    tape.deliver_event("consent.received")
    readings = {"refreshed": {"received": 0.0}, "good": {"received": 1.0}, "failing": {"received": 1.0}}
    later = {"recovered": {"received": recovered}, "recovered_again": {"received": recovered}, "over": {"received": over}}
    record_readings(tape, **readings, **later)

    assert CountsDeliveries().examine(tape.journal).verdict is verdict


def test_deliveries_of_the_second_failure_change_the_same_metric(tape: JournalBuilder) -> None:
    """A gauge that rises this late and returns may count rarely, so it is no proof against the app."""
    tape.deliver_event("consent.received")
    counts = {"refreshed": 0.0, "good": 1.0, "failing": 1.0, "recovered": 1.0}
    later = {"failing_again": 2.0, "recovered_again": 1.0, "over": 1.0}
    record_readings(tape, **{moment: {"received": count} for moment, count in (counts | later).items()})

    assert CountsDeliveries().examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_gauge_that_returns_late_rises_both_times(tape: JournalBuilder) -> None:
    """It returned before the second failure, which began after the repeated latency."""
    fail_twice(tape, is_failing=(1.0, 1.0, 1.0, 0.0, 0.0))
    [failing_again] = [reading for reading in tape.journal.all(MonitoringReading) if reading.moment == "failing_again"]
    before = {"moment": "slow_again", "samples": SAME | {"is_failing": 0.0}, "at_s": failing_again.at_s - 0.5}
    tape.write(MonitoringReading(**before))

    assert NoticesErrors().examine(tape.journal).verdict is Verdict.PASS


def test_an_alert_of_a_usual_kind_hides_whether_the_failure_was_noticed(tape: JournalBuilder) -> None:
    """No metric changed, and the app was restarted since its last alert, so that no limit of alerts delays the next one."""
    fail_call(tape)
    tape.kill()
    for moment in (*READ, "failing", "recovered"):
        tape.wait(1.0)
        alerts = 2 if moment in {"failing", "recovered"} else 1
        tape.write(
            MonitoringReading(
                at_s=tape.now_s, moment=moment, samples={}, alerts=alerts, kinds=("alive",), is_configured=True
            )
        )

    finding = NoticesErrors().examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, USUAL_ALERTS)


@pytest.mark.parametrize(
    ("failing", "verdict"), [({"calls": 3.0, "failed": 1.0}, Verdict.PASS), ({"calls": 2.0}, Verdict.FAIL)]
)
def test_a_broken_connection_is_a_failed_call(tape: JournalBuilder, failing: dict, verdict: Verdict) -> None:
    """The response had a status that the app never got."""
    tape.call("banking.accounts", status=200, is_cut=True, bites=("ResetPeer(after_bytes=0)",))
    record_readings(tape, failing=failing, recovered={**failing, "calls": 4.0})

    assert NoticesErrors().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("missing", ["calm", "idle", "good", "slow"])
def test_monitoring_without_one_of_its_readings_was_not_read(tape: JournalBuilder, missing: str) -> None:
    """Nothing can be compared then."""
    delay_call(tape)
    for moment in {*READ, "slow"} - {missing}:
        tape.write(MonitoringReading(at_s=tape.now_s, moment=moment, samples={}))

    finding = NoticesLatency().examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "the app's monitoring was not read")
    assert finding.hook == "app.observe.metrics"


@pytest.mark.parametrize("is_configured", [False, True])
def test_the_first_problem_of_the_readings_is_reported_without_its_full_stop(
    tape: JournalBuilder, is_configured: bool
) -> None:
    """The end of a name, such as the X of INDEX, stays."""
    delay_call(tape)
    for moment in (*READ, "slow"):
        tape.wait(1.0)
        problem = {"idle": "no metric has the name INDEX.", "good": "the app responded 404."}.get(moment, "")
        tape.write(MonitoringReading(at_s=tape.now_s, moment=moment, problem=problem, is_configured=is_configured))

    finding = NoticesLatency().examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "no metric has the name INDEX")
    assert finding.hook == "app.observe.metrics"


def refuse_twice(tape: JournalBuilder, *, is_forged: bool, failing: tuple[str, ...], counted: tuple[str, ...]) -> None:
    """Refuse deliveries before the readings *failing*; the count of refused deliveries rises before those of *counted*."""
    if is_forged:
        tape.write(FailureReplaced(participant="", by="forgeries", step=tape.step))
    else:
        tape.hook("fail", status=204)
    refused = 0.0
    for moment in (*READ, "failing", "recovered", "failing_again", "recovered_again", "over"):
        tape.wait(0.5)
        if moment in failing:
            tape.forge("other_key", status=401) if is_forged else tape.deliver_event("consent.received", outcome="refuse")
        tape.wait(0.5)
        refused += moment in counted
        tape.write(MonitoringReading(at_s=tape.now_s, moment=moment, samples={"refused": refused}))


BOTH_TIMES = ("failing", "failing_again")


@pytest.mark.parametrize("is_forged", [False, True])
@pytest.mark.parametrize(
    ("failing", "counted", "is_noticed"),
    [
        (BOTH_TIMES, BOTH_TIMES, True),
        (BOTH_TIMES, ("failing",), False),
        (("failing",), ("failing",), True),
        (("failing",), (), False),
    ],
)
def test_deliveries_that_are_refused_twice_must_be_counted_twice(
    tape: JournalBuilder, is_forged: bool, failing: tuple[str, ...], counted: tuple[str, ...], is_noticed: bool
) -> None:
    """If none is refused the second time, the first time decides; a missing count of forgeries alone is no FAIL."""
    refuse_twice(tape, is_forged=is_forged, failing=failing, counted=counted)

    finding = NoticesFailedDeliveries().examine(tape.journal)

    unnoticed = Verdict.INCONCLUSIVE if is_forged else Verdict.FAIL
    assert finding.verdict is (Verdict.PASS if is_noticed else unnoticed)
    assert finding.examined == (
        len(failing) if is_forged and is_noticed else int(finding.verdict is not Verdict.INCONCLUSIVE)
    )


@pytest.mark.parametrize(
    ("idle", "good", "verdict"), [(0.0, 0.0, Verdict.INCONCLUSIVE), (1.0, 1.0, Verdict.FAIL), (0.0, 1.0, Verdict.FAIL)]
)
def test_a_metric_that_may_be_the_runtimes_is_a_doubt_only_if_it_is_usually_still(
    tape: JournalBuilder, idle: float, good: float, verdict: Verdict
) -> None:
    """One that also changes while the app is idle, or by ordinary work, shows no failure."""
    fail_call(tape)
    name, values = "process_widgets_total", {"calm": 0.0, "idle": idle, "good": good, "failing": 3.0, "recovered": 3.0}
    for moment, value in values.items():
        tape.wait(1.0)
        tape.write(MonitoringReading(at_s=tape.now_s, moment=moment, samples={name: value}))

    assert NoticesErrors().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("at_s", "expected"), [(4.0, False), (4.001, True), (5.0, True), (5.001, False)])
def test_a_second_failure_is_between_its_reading_and_the_one_before(
    tape: JournalBuilder, at_s: float, expected: bool
) -> None:
    """A delivery that was refused earlier or later belongs to something else."""
    moments = ("calm", "idle", "good", "failing", "recovered", "failing_again", "recovered_again", "over")
    for number, moment in enumerate(moments):
        tape.write(MonitoringReading(at_s=float(number), moment=moment, samples={}))

    assert is_repeated(monitoring_of(tape.journal), [tape.forge("other_key", at_s=at_s)]) is expected


def test_a_failure_without_readings_of_a_second_one_is_not_repeated(tape: JournalBuilder) -> None:
    """The scenario has one failure only."""
    record_readings(tape, failing={}, recovered={})

    assert not is_repeated(monitoring_of(tape.journal), [tape.forge("other_key", at_s=4.5)])


def test_an_unread_response_is_no_failed_delivery(tape: JournalBuilder) -> None:
    """The receiver may have acknowledged the message."""
    tape.request_failure()
    tape.deliver("e0", status=None, problem="hung up before reading the response")
    record_readings(tape, failing={"calls": 3.0}, recovered={"calls": 4.0})

    finding = NoticesFailedDeliveries().examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, "no delivery failed")
