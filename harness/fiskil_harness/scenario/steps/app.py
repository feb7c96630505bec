"""Steps that act on the app's process: kill it, start it, make it fail, leave it idle, wait for it."""

from typing import TYPE_CHECKING, ClassVar

import msgspec

from fiskil_harness.app.hooks import is_listening
from fiskil_harness.core.clock import pause, wait_until
from fiskil_harness.core.config.hooks import COMMAND
from fiskil_harness.errors import AppRefusal
from fiskil_harness.faults import Latency
from fiskil_harness.faults.applicability import require_possible
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.journal import Delivery, Idle, ProcessChanged
from fiskil_harness.journal.queries.api_calls import calls
from fiskil_harness.journal.queries.polling import APART_S, LONG_S, POLLING, repeated_moments
from fiskil_harness.scenario.steps.step import Step, refuse_outside

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

LONGEST_IDLE_S = 86_400
LONGEST = 3
"""How many times as long a period becomes in which a read was repeated."""
PAUSE_S = 0.25
"""How long an app makes no API call when it has paused, in real seconds."""
START_AGAIN_MS = 1000
"""How long after an app has exited at its start it is started again."""
GOES_ON_S = 10.0
"""How long the rest of an app may take to respond after one of its processes died, in real seconds."""


class Restart(Step, frozen=True, kw_only=True, tag="restart"):
    """The app is killed with SIGKILL and started again. Needs ``app.command``."""

    needs_sandbox: ClassVar[bool] = False
    is_racy: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Kill the app and start it.

        Raises:
            AppError: The app does not start.
        """
        kill(stage)
        recover(stage)


class StartAfresh(Step, frozen=True, kw_only=True, tag="start_afresh"):
    """The app is killed and started again with an empty ``{workdir}``, so that it keeps nothing, such as a long wait.

    Needs ``app.command``.
    """

    needs_sandbox: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Kill the app and start it.

        Raises:
            AppError: The app does not start.
        """
        stage.app.use_empty_workdir()
        restart(stage)


class KillApp(Step, frozen=True, kw_only=True, tag="kill_app"):
    """The app is killed with SIGKILL and stays down until ``StartApp``. Needs ``app.command``."""

    needs_sandbox: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Kill the app."""
        kill(stage)


class StartApp(Step, frozen=True, kw_only=True, tag="start_app"):
    """The app is started again after ``KillApp``. Needs ``app.command``."""

    needs_sandbox: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Start the app.

        Raises:
            AppError: The app does not start.
        """
        recover(stage)


class KillWorker(Step, frozen=True, kw_only=True, tag="kill_worker"):
    """One process of the app is killed with SIGKILL, while the others continue.

    If the app has only one process, or the others stop responding, the whole app is started again. Needs ``app.command``.
    """

    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Kill one process, and start the app again unless the rest of it responds within 10 real seconds.

        Raises:
            AppError: The app does not start again.
        """
        if not stage.app.kill_worker():
            kill(stage)
            recover(stage)
            return
        stage.was_disturbed = True
        stage.record(ProcessChanged, change="kill_worker")
        if not wait_until(lambda: stage.app.process.is_alive() and stage.app.is_ready(), cap_s=GOES_ON_S):
            kill(stage)
            recover(stage)


class StayIdle(Step, frozen=True, kw_only=True, tag="stay_idle"):
    """Nothing happens for a while; only the app's own API calls are recorded.

    Args:
        seconds: Real seconds, at most 86,400; 0 means ``app.limits.idle_s``.
        after_call: A route such as "token". The time begins once the app has called it after the latest delivery, at the
            latest after ``app.limits.fresh_s``, because an app may process messages in batches.
        longer_s: If the app still calls the API after *seconds*, the wait goes on until it pauses, for at most this
            many real seconds: on a busy machine an endless loop makes few calls at first.
    """

    is_slow: ClassVar[bool] = True
    needs_sandbox: ClassVar[bool] = False
    seconds: float = 0
    after_call: str = ""
    longer_s: float = 0

    def check(self) -> None:
        """Validate *seconds* and *after_call*.

        Raises:
            ConfigError: *seconds* or *longer_s* is not from 0 to 86,400.
            UsageError: The route is unknown.
        """
        refuse_outside(self, "seconds", 0.0, LONGEST_IDLE_S)
        refuse_outside(self, "longer_s", 0.0, LONGEST_IDLE_S)
        if self.after_call:
            require_possible(Rule(route=self.after_call, fault=Latency()).check())

    def perform(self, stage: "Stage") -> None:
        """Wait for *seconds* real seconds."""
        if self.after_call:
            since_s = max((delivery.at_s for delivery in stage.journal.all(Delivery)), default=0.0)
            wait_until(lambda: self._was_called(stage, since_s), cap_s=stage.settings.app.limits.fresh_s)
        seconds = self.seconds or stage.settings.app.limits.idle_s
        stage.record(Idle, seconds=seconds)
        pause(seconds)
        if self.longer_s:
            wait_until(lambda: stage.environment.proxy.idle_s() >= PAUSE_S, cap_s=self.longer_s)

    def _was_called(self, stage: "Stage", since_s: float) -> bool:
        return any(call.at_s >= since_s for call in calls(stage.journal, self.after_call))


class WatchForPolling(Step, frozen=True, kw_only=True, tag="watch_for_polling"):
    """Nothing happens for a while, so that reads at intervals of some seconds show.

    If a read is repeated once, the period continues until the next repetition, up to three times as long: polling
    continues, a follow-up does not.

    Args:
        seconds: Real seconds, at most 86,400. Above 10 seconds, a repeated read counts as polling.
    """

    is_slow: ClassVar[bool] = True
    needs_sandbox: ClassVar[bool] = False
    seconds: float = LONG_S + APART_S

    def check(self) -> None:
        """Validate *seconds*.

        Raises:
            ConfigError: *seconds* is not from 0 to 86,400.
        """
        refuse_outside(self, "seconds", 0.0, LONGEST_IDLE_S)

    def perform(self, stage: "Stage") -> None:
        """Wait, and record the idle period with its nominal length, so that findings are the same in every run."""
        idle = Idle(**stage.journal.stamp(), seconds=self.seconds)
        longest = msgspec.structs.replace(idle, seconds=LONGEST * self.seconds)

        def is_decided() -> bool:
            return all(count >= POLLING for count in repeated_moments(stage.journal, longest).values())

        pause(self.seconds)
        if not is_decided():
            wait_until(is_decided, cap_s=(LONGEST - 1) * self.seconds, every_ms=100)
            idle = longest
        stage.journal.write(idle)


class WaitUntilIdle(Step, frozen=True, kw_only=True, tag="wait_until_idle"):
    """The app gets time to finish its work.

    With ``app.observe.effects`` the step waits until the app is idle or stuck, and records its effects. Without it, the step
    waits until the app has made no API call for half a second.
    """

    needs_sandbox: ClassVar[bool] = False

    def perform(self, stage: "Stage") -> None:
        """Wait, and record the app's effects.

        Raises:
            HookError: The effects hook failed, or its response is not in the documented format.
        """
        stage.settle("settled")


def restart(stage: "Stage") -> None:
    """Kill the app with SIGKILL, start it again, and record both. Later waits give the app time to recover.

    Raises:
        AppError: The app does not start.
    """
    kill(stage)
    start(stage)


def kill(stage: "Stage") -> None:
    """Kill the app with SIGKILL and record it."""
    stage.was_disturbed = True
    stage.fiskil.proxy.note_kill()
    stage.app.kill()
    stage.record(ProcessChanged, change="kill")


def start(stage: "Stage") -> None:
    """Start the app again and record it.

    Raises:
        AppError: The app does not start.
    """
    stage.app.process.start(stage.app)
    stage.record(ProcessChanged, change="restart")


def recover(stage: "Stage") -> None:
    """Start the app after a kill, as a supervisor does: an app that exits is started again until ``ready_s`` has passed.

    If every start fails, that is recorded, unless another process has the app's port.

    Raises:
        AppError: The app does not start.
    """
    refusals: list[AppRefusal] = []

    def has_started() -> bool:
        try:
            start(stage)
        except AppRefusal as error:
            refusals.append(error)
            return False
        return True

    if not wait_until(has_started, cap_s=stage.settings.app.ready_s, every_ms=START_AGAIN_MS):
        if not is_listening(stage.app):
            stage.record(ProcessChanged, change="refusal")
        raise refusals[-1]
