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
    """Whether an alert has come, or a sample moved that stood still before; of lateness any movement tells."""
    readings = stage.journal.all(Monitors)
    if not readings or reading.alerts > readings[-1].alerts or (reading.samples is None and not reading.is_told):
        return True
    found = moved(readings[-1], reading)
    if reading.moment == "slow":
        return bool(found)
    return bool(found - {name for earlier, later in pairwise(readings) for name in moved(earlier, later)})
