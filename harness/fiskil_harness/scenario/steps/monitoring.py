"""The step that reads the app's metrics and alerts."""

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace

from fiskil_harness.app.metrics import samples
from fiskil_harness.app.monitoring import Moment, missing_extra
from fiskil_harness.core.clock import pause, real_now, stopwatch, wait_until
from fiskil_harness.core.config.hooks import COMMAND, METRICS
from fiskil_harness.errors import HookError
from fiskil_harness.journal import MonitoringMoment, MonitoringReading, changed_samples, risen_samples
from fiskil_harness.scenario.steps.app import restart
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

EVERY_S = 0.25
LATENCY_GROWTH = 0.25
"""Growth of a metric, beyond its growth before, that counts as a sign of a slow API."""
RESUME_S = 0.5
"""Extra time for an alert of an app that was paused, once it responds again, in real seconds."""
RESPONSE_CAP_S = 5.0
LATE_S = 1.0
"""A sign of a failure that shows only after this time may be a coincidence, in real seconds."""
CALM_S = 3.0
"""Time without alerts about a disturbance, in real seconds, after which they count as ended."""

ORDINARY = ("calm", "idle", "refreshed", "good")
IDLE_MOMENTS = ("calm", "idle")
DISTURBED = ("slow", "failing", "recovered", "slow_again", "failing_again", "recovered_again")


class ReadMonitoring(Step, frozen=True, tag="read_monitoring"):
    """The app's metrics are read, and the alerts that have arrived are counted.

    At "slow" and "failing" the step waits for a sign of the disturbance, up to ``app.limits.alert_s`` real seconds: an
    alert, or a metric that did not change before. At "slow_again" and "failing_again" it waits for the same sign. At "over"
    it waits up to the same limit until alerts about the disturbance have ended. If a sign of a failure came late, it also
    waits for as long as passed between the signs of both failures, because a clock changes once in that time. An app that
    exports its metrics has the same limit at each moment to export its present values.

    If the app has sent alerts in earlier scenarios, it is restarted before "calm", because it may limit the rate of its
    alerts.

    Args:
        moment: The situation. "calm" and "idle": before and after a period without work. "refreshed": after the app read
            data on request. "good": after ordinary work, once the metrics show it. "slow": while the API is slow. "failing":
            while the API fails. "recovered": when the API works again. "slow_again", "failing_again" and
            "recovered_again": the same for the second time. "over": after ordinary work that follows.
    """

    needs_sandbox: ClassVar[bool] = False
    moment: MonitoringMoment

    def perform(self, stage: "Stage") -> None:
        """Read the metrics, and repeat that until the expected change shows or the limit has passed."""
        if self.moment == "calm" and stage.environment.alerts.alerts and stage.app.has(COMMAND):
            restart(stage)
            stage.settle("settled")
        elapsed_s = stopwatch()
        began_s = stage.journal.elapsed_s()
        limit_s = stage.settings.app.limits.alert_s
        since = stage.environment.telemetry.moment()
        must_export = _must_export(stage)
        measurement = _read(stage, self.moment, since, must_export=must_export)
        if self.moment == "over":
            pause(max(0.0, _control_s(stage) - (began_s - stage.journal.all(MonitoringReading)[-1].at_s)))
            measurement = _read(stage, self.moment, since, must_export=must_export)
        while _is_awaited(stage, measurement, is_late=bool(measurement.problem) and must_export) and elapsed_s() < limit_s:
            pause(EVERY_S)
            measurement = _read(stage, self.moment, since, must_export=must_export)
        if self.moment in IDLE_MOMENTS and stage.environment.telemetry.has_deltas:
            # An app that exports deltas exports nothing if nothing has changed.
            measurement = _read(stage, self.moment, since, must_export=False)
        measurement = measurement if self.moment != "over" else _when_calm(stage, measurement, limit_s)
        stage.journal.write(replace(measurement, began_s=began_s))


def _is_awaited(stage: "Stage", measurement: MonitoringReading, *, is_late: bool) -> bool:
    """Return true if a later measurement may still show the expected change, or if an awaited export *is_late*."""
    if is_late:
        return True
    if measurement.moment == "idle":
        return measurement.samples is None and measurement.is_configured and not measurement.kinds
    if measurement.moment == "good":
        return measurement.samples is not None and not _has_changed(stage, measurement)
    if measurement.moment == "failing_again":
        return not _has_risen_again(stage, measurement)
    if measurement.moment == "slow_again" and _has_exceeded_limit(stage):
        return False
    return measurement.moment in {"slow", "failing", "slow_again"} and not _has_changed(stage, measurement)


def _has_exceeded_limit(stage: "Stage") -> bool:
    """Return true if the first sign of a slow API did not show within the limit, so that another one is not awaited."""
    limit_s = stage.settings.app.limits.alert_s
    slow = [reading for reading in stage.journal.all(MonitoringReading) if reading.moment == "slow"]
    return any(reading.at_s - (reading.began_s or 0.0) >= limit_s for reading in slow)


def _control_s(stage: "Stage") -> float:
    """Return how long the last period without a failure must be at least, in real seconds; 0 if signs came at once."""
    readings = {reading.moment: reading for reading in stage.journal.all(MonitoringReading)}
    first, second = readings.get("failing"), readings.get("failing_again")
    if first is None or second is None:
        return 0.0
    is_late = any(reading.at_s - (reading.began_s or 0.0) >= LATE_S for reading in (first, second))
    return second.at_s - first.at_s if is_late else 0.0


def _has_risen_again(stage: "Stage", measurement: MonitoringReading) -> bool:
    """Return true if a sign of the first failure has shown again, or there was none.

    Signs are samples that rose, and alerts, which did not occur before the failure.
    """
    readings = stage.journal.all(MonitoringReading)
    moments = [reading.moment for reading in readings]
    number = moments.index("failing") if "failing" in moments else 0
    usual = {name for earlier, later in pairwise(readings[:number]) for name in changed_samples(earlier, later)}
    signs = risen_samples(readings[number - 1], readings[number]) - usual if number else set()
    kinds = set(readings[number].kinds) - {kind for reading in readings[:number] for kind in reading.kinds}
    if not signs and not kinds:
        return True
    return bool(signs & risen_samples(readings[-1], measurement) or kinds & set(measurement.kinds))


def _must_export(stage: "Stage") -> bool:
    """Return true if the app exports its metrics, or is configured to export them and has no metrics hook.

    If an export was missing once, or exports cannot be read, the step does not wait for exports.
    """
    if missing_extra():
        return False
    if any(monitors.problem for monitors in stage.journal.all(MonitoringReading)):
        return False
    has_exported = stage.environment.telemetry.samples is not None
    return has_exported or (stage.app.passes_value("otlp_url") and not stage.app.has(METRICS))


def _read(stage: "Stage", moment: MonitoringMoment, since: Moment, *, must_export: bool) -> MonitoringReading:
    telemetry = stage.environment.telemetry
    present, problem = telemetry.samples, _missing_export(stage, since) if must_export else ""
    has_metrics = stage.app.has(METRICS) or stage.app.passes_value("otlp_url")
    if has_metrics and (missing := missing_extra()):
        problem = missing
    elif stage.app.has(METRICS):
        try:
            present = {**(present or {}), **samples(stage.app)}
        except HookError as error:
            problem = str(error)
    return MonitoringReading(
        **stage.journal.stamp(),
        moment=moment,
        samples=present,
        alerts=sum(not alert.is_resolved for alert in stage.environment.alerts.alerts),
        kinds=_kinds(stage),
        problem=problem,
        is_configured=stage.app.passes_value("alert_url"),
        since_1970_s=real_now().timestamp(),
    )


def _missing_export(stage: "Stage", since: Moment) -> str:
    """Return a clause about the missing export if no metrics were exported after *since*; "" if they were."""
    telemetry = stage.environment.telemetry
    if telemetry.fresh_since(since):
        return ""
    reason = f" ({telemetry.refusal})" if telemetry.refusal else ""
    return (
        f"the app exported no metrics to {{otlp_url}} within app.limits.alert_s{reason}; "
        "let it export more often, or increase the limit"
    )


def _kinds(stage: "Stage") -> tuple[str, ...]:
    """Return the kinds of alerts since the previous measurement."""
    measurements = stage.journal.all(MonitoringReading)
    alerts = [alert for alert in stage.environment.alerts.alerts if not alert.is_resolved]
    return tuple(sorted({alert.kind for alert in alerts[measurements[-1].alerts :]})) if measurements else ()


def _when_calm(stage: "Stage", measurement: MonitoringReading, limit_s: float) -> MonitoringReading:
    """Return the measurement once no alert about the disturbance has arrived for a while, or the limit has passed."""
    measurements = stage.journal.all(MonitoringReading)
    usual = {kind for measurement in measurements if measurement.moment in ORDINARY for kind in measurement.kinds}
    kinds = {kind for measurement in measurements if measurement.moment in DISTURBED for kind in measurement.kinds} - usual
    if not kinds:
        return measurement
    elapsed_s = stopwatch()
    count = len(stage.environment.alerts.alerts)
    calm_s = min(max(CALM_S, _alert_interval_s(measurements, kinds)), limit_s)
    while _has_another_alert(stage, kinds, count, calm_s=calm_s):
        count = len(stage.environment.alerts.alerts)
        if elapsed_s() > limit_s:
            return replace(measurement, is_calm=False, kinds=_kinds(stage))
    return replace(measurement, is_calm=True, kinds=_kinds(stage))


def _alert_interval_s(measurements: list[MonitoringReading], kinds: set[str]) -> float:
    """Return the time between the alerts about both failures; 0 if there was no alert about the second one.

    An app that sends alerts at regular intervals sends another one after at most this time.
    """
    alerted = {reading.moment: reading.at_s for reading in measurements if kinds & set(reading.kinds)}
    return alerted["failing_again"] - alerted["failing"] if {"failing", "failing_again"} <= set(alerted) else 0.0


def _has_another_alert(stage: "Stage", kinds: set[str], count: int, *, calm_s: float) -> bool:
    """Return true if an alert of these *kinds* arrives after the first *count* alerts, within *calm_s* real seconds.

    An app that was paused meanwhile, as on a busy machine, gets a little more time once it responds again.
    """

    def has_arrived() -> bool:
        return any(alert.kind in kinds and not alert.is_resolved for alert in stage.environment.alerts.alerts[count:])

    if wait_until(has_arrived, cap_s=calm_s):
        return True
    wait_until(stage.app.is_ready, cap_s=RESPONSE_CAP_S)
    return bool(wait_until(has_arrived, cap_s=RESUME_S))


def _has_changed(stage: "Stage", measurement: MonitoringReading) -> bool:
    """Return true if an alert has arrived, a sample changed that did not change before, or latency has grown."""
    measurements = stage.journal.all(MonitoringReading)
    if (
        not measurements
        or measurement.alerts > measurements[-1].alerts
        or (measurement.samples is None and not measurement.is_configured)
    ):
        return True
    if measurement.moment in {"slow", "slow_again"}:
        return _has_grown(measurements, measurement)
    usual = {name for earlier, later in pairwise(measurements) for name in changed_samples(earlier, later)}
    return bool(changed_samples(measurements[-1], measurement) - usual)


def _has_grown(measurements: list[MonitoringReading], measurement: MonitoringReading) -> bool:
    """Return true if a sample (except clocks) has grown clearly more than during the same work before."""
    clocks = changed_samples(measurements[0], measurements[1]) if measurements[2:] else set()
    before, last = (measurements[-2].samples or {}, measurements[-1].samples or {}) if measurements[1:] else ({}, {})
    return any(
        value - last.get(name, 0.0) - max(0.0, last.get(name, 0.0) - before.get(name, 0.0)) >= LATENCY_GROWTH
        for name, value in (measurement.samples or {}).items()
        if name not in clocks
    )
