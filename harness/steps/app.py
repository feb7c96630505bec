"""Steps of the app's process: killed, started again, made to fail, left alone."""

from typing import TYPE_CHECKING, ClassVar, Literal

from harness.clock import pause
from harness.journal import Idle, Started
from harness.steps.base import PlainStep

if TYPE_CHECKING:
    from harness.stage import Stage


class Restart(PlainStep, frozen=True, kw_only=True, tag="restart"):
    """The app is killed with -9 and started again."""

    needs: ClassVar[tuple[str, ...]] = ("app.command",)

    def perform(self, stage: "Stage") -> None:
        """Kill and start."""
        restart(stage)


class FailNext(PlainStep, frozen=True, kw_only=True, tag="fail_next"):
    """The app's next processing fails once: before any work, midway, after the effect, or for want of its database."""

    needs: ClassVar[tuple[str, ...]] = ("app.drive.fail",)
    at: Literal["before", "midway", "after", "database"]

    def perform(self, stage: "Stage") -> None:
        """Ask the app to."""
        from harness.steps.data import call_hook

        call_hook(stage, stage.participant(), "fail", point=self.at)


class StayIdle(PlainStep, frozen=True, kw_only=True, tag="stay_idle"):
    """Nothing happens for ``app.limits.idle_s`` real seconds, while the app's calls are watched."""

    def perform(self, stage: "Stage") -> None:
        """Wait."""
        seconds = stage.settings.app.limits.idle_s
        stage.journal.write(Idle(**stage.journal.stamp(), seconds=seconds))
        pause(seconds)


def restart(stage: "Stage") -> None:
    """Kill -9, start again, and write down both."""
    stage.app.kill()
    stage.journal.write(Started(**stage.journal.stamp(), how="kill"))
    stage.app.body.start(stage.app)
    stage.journal.write(Started(**stage.journal.stamp(), how="restart"))
