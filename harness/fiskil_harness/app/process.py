"""The app's process: starts it with the app's command on a free port, waits until it is ready, stops it and kills it.

The process gets its own process group, so that its children are stopped with it. Its output is appended to a file.
"""

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path

from fiskil_harness.app import left_processes
from fiskil_harness.app.output_limit import OutputLimit
from fiskil_harness.app.process_group import appended_files, processes_of, worker
from fiskil_harness.app.templates import fill_text
from fiskil_harness.core import signals
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.environment import environment_of_child
from fiskil_harness.core.config.template_values import Values
from fiskil_harness.errors import AppError, AppRefusal, PortTaken

STOP_S = 5.0
DYING_S = 5.0
LAST_LINES, LAST_BYTES = 15, 8192
MOST_BYTES = 1024 * 1024
"""The longest part of the output that is searched for the reason of a failed start."""
PORT_TAKEN = ("address already in use", "eaddrinuse")
"""Parts of error messages about a port that another process uses, in lower case."""


class Process:
    """The process of an app. At most one runs at a time."""

    def __init__(self, *, command: str, folder: Path, environment: dict[str, str], output: Path) -> None:
        self._command = command
        self._folder = folder
        self._environment = environment
        self._output = output
        self._workdir = output.parent
        # The session finds and stops the process by this record, even if the harness worker that started it was killed.
        # It is outside the app's folder, so no file of the app is mistaken for it.
        self._record = self._workdir.with_name(self._workdir.name + left_processes.SUFFIX)
        self._running: subprocess.Popen[bytes] | None = None
        self._is_exit_noted = False
        self._output_start = 0
        self._limit: OutputLimit | None = None
        self.exit_codes: list[int] = []
        """The exit codes of processes that ended without a request of the harness."""

    def set_command(self, command: str, environment: dict[str, str]) -> None:
        """Set the *command* and *environment* of the next start."""
        self._command, self._environment = command, environment

    @property
    def is_running(self) -> bool:
        """True if the process is running."""
        return self._running is not None and self._running.poll() is None

    def start(
        self,
        values: Values,
        *,
        is_ready: Callable[[], bool],
        cap_s: float,
        withheld: Collection[str] = (),
        why_not_ready: Callable[[], str] = str,
    ) -> None:
        """Start the process and wait until *is_ready* returns true, for at most *cap_s* real seconds.

        Error messages about a process that was started end with its last lines of output.

        Args:
            values: The values for the templates in the command and the environment.
            withheld: Variables of the harness's environment that the process does not inherit.
            why_not_ready: Returns a sentence about the cause if a running process does not become ready.

        Raises:
            AppRefusal: The process exits before it is ready.
            PortTaken: The output of the process reports that its port is in use.
            AppError: The command cannot be run, or the process does not become ready.
        """
        self._run(values, withheld)
        state = wait_until(lambda: self._has_exited() or (is_ready() and "ready"), cap_s=cap_s, every_ms=15)
        # Another process on the same port may have responded instead of this one.
        if state == "ready" and not self._has_exited():
            return
        code = self._running.poll() if self._running else None
        cause = why_not_ready() if code is None else ""
        self.kill()
        problem = f"was not ready within {cap_s:g} s" if code is None else f"exited with {code}"
        sentences = " ".join(filter(None, (f"The app {problem}.", cause, "Its last lines:")))
        raise self._error(code)(f"{sentences}\n{self.last_lines()}")

    def _run(self, values: Values, withheld: Collection[str]) -> None:
        # Split before it is filled: a value with a space or a quotation mark stays one argument.
        command = [fill_text(word, values) for word in shlex.split(self._command)]
        variables = {key: fill_text(text, values) for key, text in self._environment.items()}
        environment = environment_of_child(variables | left_processes.mark_of(self._workdir), withheld=withheld)
        try:
            with signals.deferred(), self._output.open("ab") as sink:
                self._output_start = self._output.stat().st_size
                self._running = subprocess.Popen(
                    command,
                    cwd=self._folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                left_processes.write_record(self._record, self._running.pid)
                self._limit = OutputLimit(self._output)
                self._is_exit_noted = False
        except OSError as error:
            raise AppError(f"The app's command {command[0]!r} cannot be run: {error.strerror}.") from None

    def stop(self, *, patience_s: float = STOP_S) -> None:
        """Send SIGTERM, and SIGKILL if the process has not exited within *patience_s* real seconds."""
        if self._running is None:
            return
        self.note_exit()
        self._is_exit_noted = True
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._running.wait(patience_s)
        self.kill()

    def kill(self) -> None:
        """Kill the process and its children, and wait until all have exited, because a child may still hold the port."""
        if self._running is None:
            return
        self.note_exit()
        group = self._running.pid
        self._signal(signal.SIGKILL)
        self._running.wait()
        wait_until(lambda: not processes_of(group), cap_s=DYING_S, every_ms=2)
        # Some children may have left the group, as daemons do.
        left_processes.kill_marked(self._workdir)
        self._running = None
        self._record.unlink(missing_ok=True)
        if self._limit is not None:
            self._limit.stop()
            self._limit = None

    def note_exit(self) -> None:
        """Add the exit code of the process to ``exit_codes`` if it has ended by itself."""
        code = self._running.poll() if self._running is not None and not self._is_exit_noted else None
        if code is not None:
            self.exit_codes.append(code)
            self._is_exit_noted = True

    def kill_worker(self) -> bool:
        """Kill one child process with SIGKILL and leave the others running; return False if there is none."""
        worker_pid = worker(self._running.pid) if self._running is not None else None
        if worker_pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker_pid, signal.SIGKILL)
        return True

    def appended_files(self) -> set[Path]:
        """Return the files that the process and its children have open for appending."""
        return appended_files(self._running.pid) if self._running is not None else set()

    @property
    def group(self) -> int:
        """The id of the process group; 0 before the first start and after the end."""
        return self._running.pid if self._running is not None else 0

    @property
    def process_count(self) -> int:
        """The number of running processes: the command's own and those that it started."""
        return len(processes_of(self._running.pid)) if self._running is not None else 0

    def last_lines(self) -> str:
        """Return the last lines of the process's output."""
        text = self._tail(LAST_BYTES)
        return "\n".join(f"  {line}" for line in text.splitlines()[-LAST_LINES:]) or "  (nothing)"

    def _error(self, code: int | None) -> type[AppError]:
        """Return the error class for a process that exited with *code*, or that was not ready in time (None).

        A process that a signal killed (negative *code*) did not refuse to start, so it is no ``AppRefusal``.
        """
        written = self._tail(MOST_BYTES, since=self._output_start).lower()
        if any(words in written for words in PORT_TAKEN):
            return PortTaken
        return AppError if code is None or code < 0 else AppRefusal

    def _tail(self, most_bytes: int, *, since: int = 0) -> str:
        """Return at most the last *most_bytes* of the output that was written after byte *since*."""
        try:
            with self._output.open("rb") as source:
                source.seek(max(since, source.seek(0, os.SEEK_END) - most_bytes))
                return source.read(most_bytes).decode("utf-8", "replace")
        except OSError:
            return ""

    def _has_exited(self) -> str:
        return "exited" if self._running is None or self._running.poll() is not None else ""

    def _signal(self, number: int) -> None:
        if self._running is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._running.pid, number)
