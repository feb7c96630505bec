"""The app as a process: started from its command on a free port, waited for, stopped, killed, started again.

It gets a process group of its own, so that its children go with it; what it writes goes to a file in its folder.
"""

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path

from fiskil_harness.app.process_group import family, worker
from fiskil_harness.app.template_values import Values
from fiskil_harness.app.templates import fill_text
from fiskil_harness.core import signals
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.environment import environment_of_child
from fiskil_harness.errors import AppError, AppRefusal, PortTaken

STOP_S = 5.0
DYING_S = 5.0
LAST_LINES = 15
PORT_TAKEN = ("address already in use", "eaddrinuse")
"""What every platform says about a port that somebody else has, in small letters."""


class Process:
    """One app process at a time."""

    def __init__(self, *, command: str, folder: Path, environment: dict[str, str], output: Path) -> None:
        self._command = command
        self._folder = folder
        self._environment = environment
        self._output = output
        # Whoever owns the folder finds the process by this note, also when the worker that started it was killed itself.
        self._note = output.with_name("app.pid")
        self._running: subprocess.Popen[bytes] | None = None
        self._began_at = 0

    def become(self, command: str, environment: dict[str, str]) -> None:
        """Let it be started by another *command* in another *environment* from the next time on."""
        self._command, self._environment = command, environment

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._running is not None and self._running.poll() is None

    def start(self, values: Values, *, is_ready: Callable[[], bool], cap_s: float, withheld: Collection[str] = ()) -> None:
        """Start and wait until *is_ready*, at most *cap_s* real seconds.

        Args:
            withheld: Variables of our own environment that it does not inherit.

        Raises:
            AppRefusal: It exits before it is ready.
            PortTaken: It says that its address is in use.
            AppError: It cannot be run or never gets ready. The last lines it wrote are in each of these messages.
        """
        self._run(values, withheld)
        seen = wait_until(lambda: self._has_exited() or (is_ready() and "ready"), cap_s=cap_s, every_ms=15)
        # Somebody else may have answered in its place.
        if seen == "ready" and not self._has_exited():
            return
        code = self._running.poll() if self._running else None
        self.kill()
        what = f"was not ready within {cap_s:g} s" if code is None else f"exited with {code}"
        raise self._error(code)(f"The app {what}. Its last lines:\n{self.last_lines()}")

    def _run(self, values: Values, withheld: Collection[str]) -> None:
        command = shlex.split(fill_text(self._command, values))
        given = {key: fill_text(text, values) for key, text in self._environment.items()}
        environment = environment_of_child(given, withheld=withheld)
        try:
            with signals.deferred(), self._output.open("ab") as sink:
                self._began_at = self._output.stat().st_size
                self._running = subprocess.Popen(
                    command,
                    cwd=self._folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                self._note.write_text(str(self._running.pid), encoding="ascii")
        except OSError as error:
            raise AppError(f"The app's command {command[0]!r} cannot be run: {error.strerror}.") from None

    def stop(self, *, patience_s: float = STOP_S) -> None:
        """Ask it to end, and kill it when it does not within *patience_s* real seconds."""
        if self._running is None:
            return
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._running.wait(patience_s)
        self.kill()

    def kill(self) -> None:
        """Kill it and its children with -9, and wait until they are gone: a child may hold the port a moment longer."""
        if self._running is None:
            return
        group = self._running.pid
        self._signal(signal.SIGKILL)
        self._running.wait()
        wait_until(lambda: not family(group), cap_s=DYING_S, every_ms=2)
        self._running = None
        self._note.unlink(missing_ok=True)

    def kill_worker(self) -> bool:
        """Kill one of its children with -9 and leave the rest alone; False where it has none."""
        one = worker(self._running.pid) if self._running is not None else None
        if one is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
        return True

    def last_lines(self) -> str:
        """The end of what it wrote."""
        try:
            text = self._output.read_bytes()[-8192:].decode("utf-8", "replace")
        except OSError:
            return "  (nothing)"
        return "\n".join(f"  {line}" for line in text.splitlines()[-LAST_LINES:]) or "  (nothing)"

    def _error(self, code: int | None) -> type[AppError]:
        """What it means that the app exited with *code*, or (None) did not. A signal is no decision of the app's own."""
        try:
            written = self._output.read_bytes()[self._began_at :].decode("utf-8", "replace").lower()
        except OSError:
            written = ""
        if any(words in written for words in PORT_TAKEN):
            return PortTaken
        return AppError if code is None or code < 0 else AppRefusal

    def _has_exited(self) -> str:
        return "exited" if self._running is None or self._running.poll() is not None else ""

    def _signal(self, number: int) -> None:
        if self._running is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._running.pid, number)
