"""The app as a process: started from its command on a free port, waited for, stopped, killed, started again.

It gets a process group of its own, so that its children go with it; what it writes goes to a file in its folder.
"""

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from harness import interrupts
from harness.app.templates import fill_text
from harness.app.values import Values
from harness.clock import wait_until
from harness.errors import AppError

STOP_S = 5.0
LAST_LINES = 15


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

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._running is not None and self._running.poll() is None

    def start(self, values: Values, *, is_ready: Callable[[], bool], cap_s: float) -> None:
        """Start and wait until *is_ready*, at most *cap_s* real seconds.

        Raises:
            AppError: It does not start, exits early, or never gets ready; the last lines it wrote are in the message.
        """
        command = shlex.split(fill_text(self._command, values))
        environment = os.environ | {key: fill_text(text, values) for key, text in self._environment.items()}
        try:
            with interrupts.deferred(), self._output.open("ab") as sink:
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
        seen = wait_until(lambda: self._has_exited() or (is_ready() and "ready"), cap_s=cap_s, every_ms=15)
        if seen == "ready":
            return
        code = self._running.poll()
        self.kill()
        what = f"exited with {code}" if seen == "exited" else f"was not ready within {cap_s:g} s"
        raise AppError(f"The app {what}. Its last lines:\n{self.last_lines()}")

    def stop(self, *, patience_s: float = STOP_S) -> None:
        """Ask it to end, and kill it when it does not within *patience_s* real seconds."""
        if self._running is None:
            return
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._running.wait(patience_s)
        self.kill()

    def kill(self) -> None:
        """Kill it and its children with -9, and wait until they are gone."""
        if self._running is None:
            return
        self._signal(signal.SIGKILL)
        self._running.wait()
        self._running = None
        self._note.unlink(missing_ok=True)

    def last_lines(self) -> str:
        """The end of what it wrote."""
        try:
            text = self._output.read_bytes()[-8192:].decode("utf-8", "replace")
        except OSError:
            return "  (nothing)"
        return "\n".join(f"  {line}" for line in text.splitlines()[-LAST_LINES:]) or "  (nothing)"

    def _has_exited(self) -> str:
        return "exited" if self._running is None or self._running.poll() is not None else ""

    def _signal(self, number: int) -> None:
        if self._running is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._running.pid, number)
