"""The step that looks at what the app's monitoring shows."""

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from harness.app.metrics import METRICS, samples
from harness.clock import pause, stopwatch
from harness.errors import HookError
from harness.journal import Monitors, moved
from harness.steps.base import PlainStep

if TYPE_CHECKING:
    from harness.stage import Stage

EVERY_S = 0.25
SLOWER = 0.25
"""From so much growth on the wait for news of a slow API ends; counters grow as before."""

ALERT_URL = "{alert_url}"


class ReadMonitors(PlainStep, frozen=True, tag="read_monitors"):
    """The app's metrics are read, and the alerts counted that have come.

    ``calm`` and ``idle`` are read before and after a stretch in which nothing happens, ``asked`` after the app read
    something because it was asked to, ``good`` after ordinary work. When the API is ``slow`` or things go ``bad``, the app
    has ``app.limits.alert_s`` real seconds until something shows that did not move before. ``mended`` is read when all is
    well again.
    """

    moment: Literal["calm", "idle", "asked", "good", "slow", "bad", "mended"]

    def perform(self, stage: "Stage") -> None:
        """Read, and wait for news where some are due."""
        elapsed_s = stopwatch()
        reading = _read(stage, self.moment)
        if self.moment in {"slow", "bad"}:
            while not _has_news(stage, reading) and elapsed_s() < stage.settings.app.limits.alert_s:
                pause(EVERY_S)
                reading = _read(stage, self.moment)
        stage.journal.write(reading)


def _read(stage: "Stage", moment: str) -> Monitors:
    found, lack = None, ""
    if stage.app.has(METRICS):
        try:
            found = samples(stage.app)
        except HookError as error:
            lack = str(error)
    app = stage.settings.app
    return Monitors(
        **stage.journal.stamp(),
        moment=moment,
        samples=found,
        alerts=len(stage.fiskil.alerts.received),
        lack=lack,
        is_told=any(ALERT_URL in text for text in (app.command or "", *app.env.values())),
    )


def _has_news(stage: "Stage", reading: Monitors) -> bool:
    """Whether an alert has come, or a sample moved that stood still before; lateness shows in growth."""
    readings = stage.journal.all(Monitors)
    if not readings or reading.alerts > readings[-1].alerts or (reading.samples is None and not reading.is_told):
        return True
    if reading.moment == "slow":
        return _has_grown(readings, reading)
    usual = {name for earlier, later in pairwise(readings) for name in moved(earlier, later)}
    return bool(moved(readings[-1], reading) - usual)


def _has_grown(readings: list[Monitors], reading: Monitors) -> bool:
    """Whether a sample that is no clock grew by more than it did over the same work before."""
    clocks = moved(readings[0], readings[1]) if readings[2:] else set()
    before, last = (readings[-2].samples or {}, readings[-1].samples or {}) if readings[1:] else ({}, {})
    return any(
        value - last.get(name, 0.0) - max(0.0, last.get(name, 0.0) - before.get(name, 0.0)) >= SLOWER
        for name, value in (reading.samples or {}).items()
        if name not in clocks
    )
