"""The probes of the app's monitoring: what moves anyway shows nothing, and a clock is no latency."""

import pytest
from tape import Tape

from harness.journal import Monitors
from harness.probes import CountsDeliveries, NoticesErrors, NoticesFailedDeliveries, NoticesLatency, PlainProbe, Verdict

READ = {"calm": {"calls": 1.0, "age": 1.0}, "idle": {"calls": 1.0, "age": 2.0}, "good": {"calls": 2.0, "age": 2.5}}
"""Calls are counted, and something grows with the clock."""


def readings(tape: Tape, **more: dict[str, float]) -> None:
    """The usual readings a second apart, and some more."""
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
    readings(tape, bad=bad, mended=mended)

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
    readings(tape, slow=slow)

    assert NoticesLatency().examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("bad", "verdict"),
    [({"calls": 3.0, "refused": 1.0}, Verdict.PASS), ({"calls": 3.0}, Verdict.FAIL)],
)
def test_failed_deliveries_show_in_what_good_ones_leave_alone(tape: Tape, bad: dict, verdict: Verdict) -> None:
    """The count of all is no count of failures."""
    refused(tape)
    readings(tape, bad=bad)

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
    readings(tape, asked=asked, good=good)

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
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, alerts=alerts, is_told=True))

    assert probe.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("probe", [NoticesErrors(), NoticesLatency(), NoticesFailedDeliveries(), CountsDeliveries()])
@pytest.mark.parametrize("lack", ["", "app.observe.metrics answered 404."])
def test_what_cannot_be_read_proves_nothing(tape: Tape, probe: PlainProbe, lack: str) -> None:
    """The hook that would help is named."""
    failing(tape)
    late(tape)
    refused(tape)
    tape.told("consent.received")
    for moment in (*READ, "asked", "slow", "bad", "mended"):
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, lack=lack))

    finding = probe.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.metrics")


@pytest.mark.parametrize("probe", [NoticesErrors(), NoticesLatency(), NoticesFailedDeliveries(), CountsDeliveries()])
def test_without_trouble_there_is_nothing_to_notice(tape: Tape, probe: PlainProbe) -> None:
    """Nothing failed, nothing was late, nothing came."""
    readings(tape, asked={}, slow={}, bad={}, mended={})

    assert probe.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_whole_milliseconds_are_a_latency(tape: Tape) -> None:
    """Hundreds more are no count of calls."""
    late(tape)
    readings(tape, slow={"calls": 3.0, "took_ms": 1015.0})

    assert NoticesLatency().examine(tape.journal).verdict is Verdict.PASS


def test_a_share_that_falls_is_calm_again(tape: Tape) -> None:
    """An average takes its time."""
    failing(tape)
    readings(tape, bad={"calls": 3.0, "share": 0.4}, mended={"calls": 4.0, "share": 0.3})

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
        tape.journal.write(Monitors(at_s=tape.now_s, moment=moment, is_told=True))

    assert probe.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
