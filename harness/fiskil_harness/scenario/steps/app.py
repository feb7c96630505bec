"""Steps of the app's process: killed, started again, made to fail, left alone."""

import contextlib
from typing import TYPE_CHECKING, ClassVar, Literal

from fiskil_harness.core.clock import pause, wait_until
from fiskil_harness.core.config.hooks import COMMAND, EFFECTS, FAIL
from fiskil_harness.errors import ConfigError, HookError
from fiskil_harness.journal import Idle, Started
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

IDLE_S = 0.5
IDLE_CAP_S = 10.0
LONGEST_IDLE_S = 86_400
GOES_ON_S = 10.0
"""How long the rest of an app may take to answer after one of its processes died, in real seconds."""


class Restart(PlainStep, frozen=True, kw_only=True, tag="restart"):
    """The app is killed with -9 and started again."""

    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Kill and start."""
        restart(stage)


class KillApp(PlainStep, frozen=True, kw_only=True, tag="kill_app"):
    """The app is killed with -9 and stays away until ``StartApp``."""

    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Kill."""
        kill(stage)


class StartApp(PlainStep, frozen=True, kw_only=True, tag="start_app"):
    """The app that was killed is started again."""

    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Start."""
        start(stage)


class KillWorker(PlainStep, frozen=True, kw_only=True, tag="kill_worker"):
    """One process of the app is killed with -9; where there is but one, or the others do not go on, it starts again."""

    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Kill one and see that somebody answers."""
        if not stage.app.kill_worker():
            restart(stage)
            return
        stage.has_mended = True
        stage.journal.write(Started(**stage.journal.stamp(), how="kill_worker"))
        if not wait_until(lambda: stage.app.body.is_alive() and stage.app.is_ready(), cap_s=GOES_ON_S):
            restart(stage)


class FailNext(PlainStep, frozen=True, kw_only=True, tag="fail_next"):
    """The app's next processing fails once: before any work, midway, after the effect, or for want of its database."""

    needs: ClassVar[tuple[str, ...]] = (FAIL,)
    at: Literal["before", "midway", "after", "database"]
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Ask the app to; from now on it is given time to recover. What it tells before is what its failing is seen by."""
        from fiskil_harness.scenario.steps.consents_and_syncs import call_hook

        stage.has_mended = True
        participant = stage.participant(self.twin)
        if stage.app.has(EFFECTS):
            with contextlib.suppress(HookError):
                stage.snapshot("ordered", participant, is_settled=False)
        call_hook(stage, participant, "fail", point=self.at)


class StayIdle(PlainStep, frozen=True, kw_only=True, tag="stay_idle"):
    """Nothing happens for ``seconds`` real seconds (default: ``app.limits.idle_s``), while the app's calls are watched."""

    seconds: float = 0

    def check(self) -> None:
        """Refuse a stretch below zero, and one that nobody waits for."""
        if not 0 <= self.seconds <= LONGEST_IDLE_S:
            raise ConfigError(f"StayIdle: seconds must be from 0 to {LONGEST_IDLE_S}, got {self.seconds:g}.")

    def perform(self, stage: "Stage") -> None:
        """Wait."""
        seconds = self.seconds or stage.settings.app.limits.idle_s
        stage.journal.write(Idle(**stage.journal.stamp(), seconds=seconds))
        pause(seconds)


class WaitUntilIdle(PlainStep, frozen=True, kw_only=True, tag="wait_until_idle"):
    """The app is given time to finish what it has begun: until it is quiescent, or calls the API no more."""

    def perform(self, stage: "Stage") -> None:
        """Wait, and note what the app tells then."""
        if not stage.app.has(EFFECTS):
            wait_until(lambda: stage.fiskil.link.idle_s() >= IDLE_S, cap_s=IDLE_CAP_S)
            return
        for participant in stage.participants.values():
            stage.snapshot("settled", participant)


def restart(stage: "Stage") -> None:
    """Kill -9, start again, and write down both; from now on the app is given time to recover."""
    kill(stage)
    start(stage)


def kill(stage: "Stage") -> None:
    """Kill -9 and write it down."""
    stage.has_mended = True
    stage.app.kill()
    stage.journal.write(Started(**stage.journal.stamp(), how="kill"))


def start(stage: "Stage") -> None:
    """Start again, and write it down."""
    stage.app.body.start(stage.app)
    stage.journal.write(Started(**stage.journal.stamp(), how="restart"))
