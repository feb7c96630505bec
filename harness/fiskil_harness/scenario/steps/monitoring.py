"""The step that looks at what the app's monitoring shows."""

from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from fiskil_harness.app.metrics import samples
from fiskil_harness.app.monitoring import Moment
from fiskil_harness.core.clock import pause, real_now, stopwatch, wait_until
from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.errors import HookError
from fiskil_harness.journal import MonitoringMoment, Monitors, moved
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

EVERY_S = 0.25
SLOWER = 0.25
"""From so much growth on the wait for news of a slow API ends; counters grow as before."""
GOES_ON_S = 0.5
"""So long an app that was held up has for the alert that was due."""
ANSWERS_CAP_S = 5.0
CALM_S = 3.0
"""For so long no alert of a kind comes before it counts as over, in real seconds."""

ORDINARY = ("calm", "idle", "asked", "good")
IDLE_MOMENTS = ("calm", "idle")
TROUBLED = ("slow", "bad", "mended")


class ReadMonitoring(PlainStep, frozen=True, tag="read_monitoring"):
    """The app's metrics are read, and the alerts counted that have come.

    ``calm`` and ``idle`` are read before and after a stretch in which nothing happens, ``asked`` after the app read
    something because it was asked to, ``good`` after ordinary work, as soon as that shows. When the API is ``slow`` or
    things go ``bad``, the app has ``app.limits.alert_s`` real seconds until something shows that did not move before.
    ``mended`` is read when all is well again, and ``over`` after more ordinary work: alerts about the trouble must have
    ended as many seconds later.

    An app that exports its metrics has as long to export what it knows at each moment.
    """

    moment: MonitoringMoment

    def perform(self, stage: "Stage") -> None:
        """Read, wait for news where some are due, and for calm where that is."""
        elapsed_s = stopwatch()
        began_s = stage.journal.elapsed_s()
        limit_s = stage.settings.app.limits.alert_s
        since = stage.fiskil.telemetry.moment()
        must_export = _must_export(stage)
        reading = _read(stage, self.moment, since, must_export=must_export)
        while _is_awaited(stage, reading, is_late=bool(reading.problem) and must_export) and elapsed_s() < limit_s:
            pause(EVERY_S)
            reading = _read(stage, self.moment, since, must_export=must_export)
        if self.moment in IDLE_MOMENTS and stage.fiskil.telemetry.has_deltas:
            # In differences nothing is exported where nothing has changed.
            reading = _read(stage, self.moment, since, must_export=False)
        reading = reading if self.moment != "over" else _when_calm(stage, reading, limit_s)
        stage.journal.write(replace(reading, began_s=began_s))


def _is_awaited(stage: "Stage", reading: Monitors, *, is_late: bool) -> bool:
    """Whether more may come that the reading is to show."""
    if is_late:
        return True
    if reading.moment == "idle":
        return reading.samples is None and reading.is_configured and not reading.kinds
    if reading.moment == "good":
        return reading.samples is not None and not _has_news(stage, reading)
    return reading.moment in {"slow", "bad"} and not _has_news(stage, reading)


def _must_export(stage: "Stage") -> bool:
    """Whether the app exports its metrics, or is told to and shows none otherwise; who never did is waited for once."""
    if any(monitors.problem for monitors in stage.journal.all(Monitors)):
        return False
    is_known = stage.fiskil.telemetry.samples is not None
    return is_known or (stage.app.passes_value("otlp_url") and not stage.app.has(METRICS))


def _read(stage: "Stage", moment: MonitoringMoment, since: Moment, *, must_export: bool) -> Monitors:
    telemetry = stage.fiskil.telemetry
    found, problem = telemetry.samples, _lack_of_exports(stage, since) if must_export else ""
    if stage.app.has(METRICS):
        try:
            found = {**(found or {}), **samples(stage.app)}
        except HookError as error:
            problem = str(error)
    return Monitors(
        **stage.journal.stamp(),
        moment=moment,
        samples=found,
        alerts=sum(not alert.is_resolved for alert in stage.fiskil.alerts.alerts),
        kinds=_kinds(stage),
        problem=problem,
        is_configured=stage.app.passes_value("alert_url"),
        since_1970_s=real_now().timestamp(),
    )


def _lack_of_exports(stage: "Stage", since: Moment) -> str:
    """What is said while no export has come of what the app knew at a moment."""
    telemetry = stage.fiskil.telemetry
    if telemetry.fresh_since(since):
        return ""
    why = f" ({telemetry.refusal})" if telemetry.refusal else ""
    return (
        f"the app exported no metrics to {{otlp_url}} within app.limits.alert_s{why}; "
        "let it export more often, or give it more time"
    )


def _kinds(stage: "Stage") -> tuple[str, ...]:
    """The kinds of alerts since the reading before."""
    measurements = stage.journal.all(Monitors)
    alerts = [alert for alert in stage.fiskil.alerts.alerts if not alert.is_resolved]
    return tuple(sorted({alert.kind for alert in alerts[measurements[-1].alerts :]})) if measurements else ()


def _when_calm(stage: "Stage", reading: Monitors, limit_s: float) -> Monitors:
    """The reading as it stands once no alert about the trouble has come for a while, or it is clear that they go on."""
    measurements = stage.journal.all(Monitors)
    usual = {kind for measurement in measurements if measurement.moment in ORDINARY for kind in measurement.kinds}
    about = {kind for measurement in measurements if measurement.moment in TROUBLED for kind in measurement.kinds} - usual
    if not about:
        return reading
    elapsed_s = stopwatch()
    seen = len(stage.fiskil.alerts.alerts)
    while _comes_again(stage, about, seen, quiet_s=min(CALM_S, limit_s)):
        seen = len(stage.fiskil.alerts.alerts)
        if elapsed_s() > limit_s:
            return replace(reading, is_calm=False, kinds=_kinds(stage))
    return replace(reading, is_calm=True, kinds=_kinds(stage))


def _comes_again(stage: "Stage", about: set[str], seen: int, *, quiet_s: float) -> bool:
    """Whether an alert of these kinds comes behind those that were *seen*, within so many real seconds.

    An app that stood still meanwhile, as on a busy machine, is heard when it goes on.
    """

    def has_come() -> bool:
        return any(alert.kind in about and not alert.is_resolved for alert in stage.fiskil.alerts.alerts[seen:])

    if wait_until(has_come, cap_s=quiet_s):
        return True
    wait_until(stage.app.is_ready, cap_s=ANSWERS_CAP_S)
    return bool(wait_until(has_come, cap_s=GOES_ON_S))


def _has_news(stage: "Stage", reading: Monitors) -> bool:
    """Whether an alert has come, or a sample moved that stood still before; lateness shows in growth."""
    measurements = stage.journal.all(Monitors)
    if (
        not measurements
        or reading.alerts > measurements[-1].alerts
        or (reading.samples is None and not reading.is_configured)
    ):
        return True
    if reading.moment == "slow":
        return _has_grown(measurements, reading)
    usual = {name for earlier, later in pairwise(measurements) for name in moved(earlier, later)}
    return bool(moved(measurements[-1], reading) - usual)


def _has_grown(measurements: list[Monitors], reading: Monitors) -> bool:
    """Whether a sample that is no clock grew by more than it did over the same work before."""
    clocks = moved(measurements[0], measurements[1]) if measurements[2:] else set()
    before, last = (measurements[-2].samples or {}, measurements[-1].samples or {}) if measurements[1:] else ({}, {})
    return any(
        value - last.get(name, 0.0) - max(0.0, last.get(name, 0.0) - before.get(name, 0.0)) >= SLOWER
        for name, value in (reading.samples or {}).items()
        if name not in clocks
    )
