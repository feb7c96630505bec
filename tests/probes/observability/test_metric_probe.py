"""The probes of the app's monitoring: what moves anyway shows nothing, and a clock is no latency."""

import pytest

from fiskil_harness.journal import Monitors
from fiskil_harness.probes import (
    CountsDeliveries,
    NoticesErrors,
    NoticesFailedDeliveries,
    NoticesLatency,
    PlainProbe,
    Verdict,
)
from tests.probes.tape import Tape

READ = {"calm": {"calls": 1.0, "age": 1.0}, "idle": {"calls": 1.0, "age": 2.0}, "good": {"calls": 2.0, "age": 2.5}}
"""Calls are counted, and something grows with the clock."""
NOW_S = 1_790_000_000.0
"""When the app was read, in seconds since 1970."""


def measurements(tape: Tape, **more: dict[str, float]) -> None:
    """The usual measurements a second apart, and some more."""
    for moment, samples in {**READ, **more}.items():
        tape.wait(1.0)
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, samples=samples))


def failing(tape: Tape) -> None:
    """A call to the API failed."""
    tape.call("banking.accounts", status=503, bites=("Status(status=503)",))


def late(tape: Tape) -> None:
    """An answer came a second late."""
    tape.call("banking.accounts", took_s=1.0, bites=("Latency(latency_ms=1000)",))


def refused(tape: Tape) -> None:
    """The app was made to fail, and did."""
    tape.hook("fail", status=204)
    tape.told("consent.received", outcome="refuse")


@pytest.mark.parametrize(
    ("bad", "mended", "verdict"),
    [
        ({"calls": 3.0, "failed": 1.0}, {"calls": 4.0, "failed": 1.0}, Verdict.PASS),
        ({"calls": 3.0, "is_failing": 1.0}, {"calls": 4.0, "is_failing": 0.0}, Verdict.PASS),
        ({"calls": 3.0, "failed": 1.0}, {"calls": 4.0, "failed": 2.0}, Verdict.FAIL),
        ({"calls": 3.0, "age": 9.0}, {"calls": 4.0, "age": 10.0}, Verdict.FAIL),
        ({"calls": 3.0, "process_cpu_seconds_total": 9.0}, {"calls": 4.0}, Verdict.FAIL),
    ],
)
def test_errors_show_in_what_stands_still_otherwise(tape: Tape, bad: dict, mended: dict, verdict: Verdict) -> None:
    """A counter of failures, or a gauge that goes back; not the count of calls, a clock, or the runtime's own."""
    failing(tape)
    measurements(tape, bad=bad, mended=mended)

    assert NoticesErrors().examine(tape.journal).verdict is verdict


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
def test_latency_shows_in_what_grows_with_it(tape: Tape, slow: dict, verdict: Verdict) -> None:
    """In seconds or milliseconds; a count of calls is whole, and a clock grows in idle stretches too."""
    late(tape)
    measurements(tape, slow=slow)

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("bad", "verdict"),
    [({"calls": 3.0, "refused": 1.0}, Verdict.PASS), ({"calls": 3.0}, Verdict.FAIL)],
)
def test_failed_deliveries_show_in_what_good_ones_leave_alone(tape: Tape, bad: dict, verdict: Verdict) -> None:
    """The count of all is no count of failures."""
    refused(tape)
    measurements(tape, bad=bad)

    assert NoticesFailedDeliveries().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("asked", "good", "verdict"),
    [
        ({"calls": 2.0, "age": 3.0}, {"calls": 3.0, "age": 4.0, "received": 1.0}, Verdict.PASS),
        ({"calls": 2.0, "age": 3.0}, {"calls": 3.0, "age": 0.1}, Verdict.PASS),
        ({"calls": 2.0, "age": 3.0}, {"calls": 3.0, "age": 4.0}, Verdict.FAIL),
    ],
)
def test_silence_shows_in_what_deliveries_move(tape: Tape, asked: dict, good: dict, verdict: Verdict) -> None:
    """A count, or an age that falls; what reading moves as well says nothing."""
    tape.told("consent.received")
    measurements(tape, asked=asked, good=good)

    assert CountsDeliveries().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("probe", "trouble", "before", "after"),
    [
        (NoticesErrors(), failing, "good", ("bad", "mended")),
        (NoticesLatency(), late, "good", ("slow",)),
        (NoticesFailedDeliveries(), refused, "good", ("bad",)),
    ],
)
def test_an_alert_will_do(tape: Tape, probe: PlainProbe, trouble, before: str, after: tuple[str, ...]) -> None:
    """For an app without metrics."""
    trouble(tape)
    for moment in (*READ, *after):
        alerts = int(moment in after)
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, alerts=alerts, is_configured=True))

    assert probe.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("probe", [NoticesErrors(), NoticesLatency(), NoticesFailedDeliveries(), CountsDeliveries()])
@pytest.mark.parametrize("lack", ["", "app.observe.metrics answered 404."])
def test_what_cannot_be_read_proves_nothing(tape: Tape, probe: PlainProbe, problem: str) -> None:
    """The hook that would help is named."""
    failing(tape)
    late(tape)
    refused(tape)
    tape.told("consent.received")
    for moment in (*READ, "asked", "slow", "bad", "mended"):
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, problem=problem))

    finding = probe.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.metrics")


@pytest.mark.parametrize("probe", [NoticesErrors(), NoticesLatency(), NoticesFailedDeliveries(), CountsDeliveries()])
def test_without_trouble_there_is_nothing_to_notice(tape: Tape, probe: PlainProbe) -> None:
    """Nothing failed, nothing was late, nothing came."""
    measurements(tape, asked={}, slow={}, bad={}, mended={})

    assert probe.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_whole_milliseconds_are_a_latency(tape: Tape) -> None:
    """Hundreds more are no count of calls."""
    late(tape)
    measurements(tape, slow={"calls": 3.0, "took_ms": 1015.0})

    assert NoticesLatency().examine(tape.journal).verdict is Verdict.PASS


def test_a_share_that_falls_is_calm_again(tape: Tape) -> None:
    """An average takes its time."""
    failing(tape)
    measurements(tape, bad={"calls": 3.0, "share": 0.4}, mended={"calls": 4.0, "share": 0.3})

    assert NoticesErrors().examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("probe", "trouble", "after"),
    [
        (NoticesErrors(), failing, ("bad", "mended")),
        (NoticesLatency(), late, ("slow",)),
        (NoticesFailedDeliveries(), refused, ("bad",)),
    ],
)
def test_no_alert_over_a_little_trouble_accuses_nobody(tape: Tape, probe: PlainProbe, trouble, after: tuple) -> None:
    """Its threshold may lie above what a scenario does."""
    trouble(tape)
    for moment in (*READ, *after):
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, is_configured=True))

    assert probe.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def alerted(tape: Tape, *, is_calm: bool | None = None, **kinds: tuple[str, ...]) -> None:
    """The usual measurements of an app without metrics; at each moment alerts of some kinds have come."""
    came = 0
    for moment in (*READ, "asked", "slow", "bad", "mended", "over"):
        came += len(kinds.get(moment, ()))
        calm = is_calm if moment == "over" else None
        told = {"alerts": came, "kinds": kinds.get(moment, ()), "is_told": True, "is_calm": calm}
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, **told))


@pytest.mark.parametrize(("probe", "trouble"), [(NoticesErrors(), failing), (NoticesFailedDeliveries(), refused)])
@pytest.mark.parametrize(("is_calm", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_an_alert_must_end(tape: Tape, probe: PlainProbe, trouble, is_calm: bool, verdict: Verdict) -> None:
    """One that goes on long after everything is well says nothing any more."""
    trouble(tape)
    alerted(tape, bad=("down",), is_calm=is_calm)

    assert probe.examine(tape.journal).verdict is verdict


def test_nobody_is_held_to_an_end_that_was_not_promised() -> None:
    """The time that an app has is a default then."""
    tape = Tape(assumed=("alert_s",))
    failing(tape)
    alerted(tape, bad=("down",), is_calm=False)

    assert NoticesErrors().examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("probe", "trouble", "moment"),
    [(NoticesErrors(), failing, "bad"), (NoticesLatency(), late, "slow"), (NoticesFailedDeliveries(), refused, "bad")],
)
def test_a_sign_of_life_is_no_alert(tape: Tape, probe: PlainProbe, trouble, moment: str) -> None:
    """It comes in good times as well, so it neither acquits nor accuses."""
    trouble(tape)
    alerted(tape, good=("alive",), **{moment: ("alive",)})

    assert probe.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("good", "verdict"), [((), Verdict.PASS), (("silent",), Verdict.INCONCLUSIVE)])
def test_silence_is_told_by_an_alert_that_comes_in_silence_alone(
    tape: Tape, good: tuple[str, ...], verdict: Verdict
) -> None:
    """One that comes beside deliveries as well tells nothing."""
    tape.told("consent.received")
    alerted(tape, idle=("silent",), good=good)

    assert CountsDeliveries().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("over", "verdict"),
    [({"calls": 5.0, "failed": 2.0}, Verdict.PASS), ({"calls": 5.0, "failed": 3.0}, Verdict.FAIL)],
)
def test_a_late_count_may_come_to_rest(tape: Tape, over: dict, verdict: Verdict) -> None:
    """What moves once more right after the trouble is no sign of more; what goes on then is."""
    failing(tape)
    measurements(tape, bad={"calls": 3.0, "failed": 1.0}, mended={"calls": 4.0, "failed": 2.0}, over=over)

    assert NoticesErrors().examine(tape.journal).verdict is verdict


def test_failed_deliveries_must_come_to_rest_as_well(tape: Tape) -> None:
    """A count that goes on with good deliveries counts those."""
    refused(tape)
    bad, mended, over = ({"calls": 3.0 + n, "refused": 1.0 + n} for n in range(3))
    measurements(tape, bad=bad, mended=mended, over=over)

    assert NoticesFailedDeliveries().examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "part", ['took_bucket{le="0.5"}', 'took{quantile="0.99"}', 'took_bucket{le="5",path="/x"}', "process_cpu_seconds_total"]
)
def test_a_part_of_a_distribution_is_no_count_of_errors(tape: Tape, part: str) -> None:
    """Which part moves is a matter of time."""
    failing(tape)
    measurements(tape, bad={"calls": 3.0, part: 1.0}, mended={"calls": 4.0, part: 1.0})

    assert NoticesErrors().examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("below", "verdict"), [((1.0, 2.0, 2.0), Verdict.PASS), ((1.0, 2.0, 3.0), Verdict.FAIL)], ids=["above", "below"]
)
def test_a_distribution_without_a_sum_will_do(tape: Tape, below: tuple[float, ...], verdict: Verdict) -> None:
    """One call more lies above half a second, or none does."""
    late(tape)
    for moment, calls, quick in zip(("calm", "idle", "good", "slow"), (1.0, 1.0, 2.0, 3.0), (1.0, *below), strict=True):
        tape.wait(1.0)
        samples = {"took_count": calls, 'took_bucket{le="+Inf"}': calls, 'took_bucket{le="0.5"}': quick}
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, samples=samples))

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
def test_what_is_no_latency_shows_none(tape: Tape, slow: dict, verdict: Verdict) -> None:
    """An average of many calls grows a little, and is neither proof nor guilt; an instant or a size is nothing at all."""
    late(tape)
    measurements(tape, slow=slow)

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
def test_latency_may_be_told_in_small_units(tape: Tape, slow: dict, verdict: Verdict) -> None:
    """Microseconds and nanoseconds, where the name speaks of time; what lies near to the present may be an instant."""
    tape.call("banking.accounts", took_s=2.0, bites=("Latency(latency_ms=2000)",))
    for moment, samples in {**READ, "slow": {"calls": 3.0, **slow}}.items():
        tape.wait(1.0)
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, samples=samples, since_1970_s=NOW_S))

    assert NoticesLatency().examine(tape.journal).verdict is verdict


def test_an_instant_that_moves_on_is_no_latency(tape: Tape) -> None:
    """In milliseconds it grows by as much as some sums do."""
    late(tape)
    for moment, after_ms in (("calm", 0.0), ("idle", 0.0), ("good", 500.5), ("slow", 2600.5)):
        tape.wait(1.0)
        samples = {"last_call_took_place_ms": NOW_S * 1e3 + after_ms}
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, samples=samples, since_1970_s=NOW_S))

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
def test_only_what_is_known_of_runtimes_is_left_out(tape: Tape, name: str) -> None:
    """An app may call its own metrics so; where only the beginning of a name speaks for the runtime, there is doubt."""
    tape.told("consent.received")
    measurements(tape, asked=READ["idle"], good={**READ["idle"], name: 3.0})
    counted = CountsDeliveries().examine(tape.journal).verdict
    other = Tape()
    failing(other)
    measurements(other, bad={"calls": 3.0, name: 3.0}, mended={"calls": 4.0, name: 3.0})

    assert (counted, NoticesErrors().examine(other.journal).verdict) == (RUNTIMES[name],) * 2


@pytest.mark.parametrize("probe", [NoticesErrors(), NoticesFailedDeliveries()])
def test_an_alert_will_do_where_metrics_cannot_be_read(tape: Tape, probe: PlainProbe) -> None:
    """Exports that come too rarely take nothing away from it."""
    failing(tape)
    refused(tape)
    for moment in (*READ, "bad", "mended"):
        alerts = int(moment in {"bad", "mended"})
        tape.journal.write(
            Monitors(at_s=tape.now_s, moment=moment, alerts=alerts, problem="no export came", is_configured=True)
        )

    assert probe.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("probe", "trouble", "moment"),
    [(NoticesErrors(), failing, "bad"), (NoticesLatency(), late, "slow"), (NoticesFailedDeliveries(), refused, "bad")],
)
@pytest.mark.parametrize(("assumed", "alerts"), [((), 1), (("alert_s",), 0)])
def test_an_alert_that_may_be_held_back_accuses_nobody(
    probe: PlainProbe, trouble, moment: str, assumed: tuple[str, ...], alerts: int
) -> None:
    """Some come once in five minutes, and one came before; or nobody said how long they take."""
    tape = Tape(assumed=assumed)
    trouble(tape)
    for text in (*READ, moment, "mended"):
        tape.wait(1.0)
        tape.journal.write(
            Monitors(at_s=tape.now_s, moment=text, samples={"calls": tape.now_s}, alerts=alerts, is_configured=True)
        )

    assert probe.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
