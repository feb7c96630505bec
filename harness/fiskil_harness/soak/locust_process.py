"""Starts Locust as a subprocess, so that gevent stays out of this process: one process, or a master with workers."""

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from fiskil_harness.app import left_processes
from fiskil_harness.core.clock import stopwatch, wait_until
from fiskil_harness.core.config.environment import environment_of_child
from fiskil_harness.core.net.server import free_port
from fiskil_harness.errors import UsageError
from fiskil_harness.soak.load import PROBLEM_FILE
from fiskil_harness.soak.plan import FOLDER_VARIABLE, PLAN_VARIABLE, SoakPlan, encoded

OLDEST = (2, 47)
STOP_S = 1.6
"""The time that Locust gets to stop; together with the kill afterwards it is below two seconds."""
EVERY_ADDRESS = frozenset({"", "*", "0.0.0.0", "::"})
LOG_FILE = "locust.log"
LOCUSTFILE = Path(__file__).parent / "load" / "locustfile.py"


def require_locust() -> str:
    """Return the version of Locust.

    Raises:
        UsageError: Locust is not installed, or too old.
    """
    try:
        installed = version("locust")
    except PackageNotFoundError:
        installed = ""
    if not installed or find_spec("locust") is None:
        raise UsageError("soak needs Locust, which is not installed. Install the extra soak beside fiskil-harness.")
    numbers = tuple(int(part) for part in installed.split(".")[:2] if part.isdecimal())
    if numbers < OLDEST:
        raise UsageError(f"soak needs Locust 2.47 or newer, and {installed} is installed. Install a newer one.")
    return installed


class Locust:
    """The processes of one run of Locust."""

    def __init__(self, folder: Path) -> None:
        """Prepare; *folder* gets the plan, the ledgers and Locust's log."""
        self.folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []

    def start_run(
        self,
        plan: SoakPlan,
        *,
        local_workers: int,
        is_distributed: bool,
        spawn_rate: float,
        bind_host: str = "127.0.0.1",
        bind_port: int = 0,
        web_port: int = 0,
        extra: Sequence[str] = (),
    ) -> int:
        """Start Locust with *plan*, and return the port of the master; 0 for a single process.

        Args:
            local_workers: The number of workers to start on this machine, beside a master.
            is_distributed: True starts a master.
            web_port: The port of Locust's web page; 0 for none.
            extra: Further arguments for Locust, such as ``--csv``.
        """
        path = self.folder / "plan.json"
        path.touch(mode=0o600)
        path.write_bytes(encoded(plan))
        arguments = arguments_of(plan, spawn_rate=spawn_rate, web_port=web_port, extra=extra)
        port = 0
        if is_distributed:
            port = bind_port or free_port()
            arguments += ["--master", "--master-bind-host", bind_host, "--master-bind-port", f"{port}"]
            arguments += ["--expect-workers", f"{plan.workers}"]
        self._spawn(arguments, {PLAN_VARIABLE: str(path)})
        for _ in range(local_workers if is_distributed else 0):
            self.start_worker(host_of_local_workers(bind_host), port)
        return port

    def start_worker(self, host: str, port: int) -> None:
        """Start one worker of the master at *host* and *port*."""
        self._spawn(["--worker", "--master-host", host, "--master-port", f"{port}", "--loglevel", "WARNING"], {})

    @property
    def process_ids(self) -> list[int]:
        """The ids of the processes: the master or the single process, then the workers."""
        return [process.pid for process in self._processes]

    def is_running(self) -> bool:
        """Return true while the master, the single process or the only worker runs."""
        return bool(self._processes) and self._processes[0].poll() is None

    def problem(self) -> str:
        """Return the reason why Locust gave up; "" if it did not."""
        path = self.folder / PROBLEM_FILE
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def exit_code(self) -> int | None:
        """Return the exit code of the first process; None while it runs."""
        return self._processes[0].poll() if self._processes else None

    def last_lines(self, count: int = 12) -> str:
        """Return the end of Locust's log."""
        path = self.folder / LOG_FILE
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
        return "\n".join(f"  {line}" for line in lines[-count:])

    def stop(self) -> float:
        """Stop all processes within two seconds, and return how long that took."""
        elapsed = stopwatch()
        # The master stops its workers; a second signal would disturb them.
        for processes in (self._processes[:1], self._processes[1:]):
            for process in processes:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
            wait_until(lambda: all(process.poll() is not None for process in self._processes), cap_s=STOP_S / 2)
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        return elapsed()

    def finish(self, limit_s: float) -> None:
        """Let workers whose master has ended end by themselves, for at most *limit_s* seconds; then stop them."""
        wait_until(lambda: all(process.poll() is not None for process in self._processes), cap_s=limit_s)
        self.stop()

    def _spawn(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "locust", *arguments, "-f", str(LOCUSTFILE)]
        # The guard of the run kills the processes with this mark if the harness is killed.
        mark = left_processes.mark_of(self.folder)
        variables = environment_of_child({FOLDER_VARIABLE: str(self.folder), **mark, **environment})
        with (self.folder / LOG_FILE).open("ab") as log:
            self._processes.append(
                subprocess.Popen(
                    command,
                    env=variables,
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )


def arguments_of(plan: SoakPlan, *, spawn_rate: float, web_port: int, extra: Sequence[str]) -> list[str]:
    """Return Locust's arguments. Of an option that occurs twice the last value counts, so *extra* changes none of ours."""
    seconds = plan.duration_s + plan.drain_s
    arguments = [*extra, "--users", f"{plan.users}", "--spawn-rate", f"{spawn_rate:g}", "--run-time", f"{seconds:.0f}s"]
    arguments += ["--autostart", "--autoquit", "1", "--web-port", f"{web_port}"] if web_port else ["--headless"]
    arguments += ["--web-host", "127.0.0.1"] if web_port else []
    arguments += ["--host", f"http://{plan.target.host}:{plan.target.port}", "--stop-timeout", "1"]
    return [*arguments, "--exit-code-on-error", "0", "--only-summary", "--loglevel", "WARNING"]


def host_of_local_workers(bind_host: str) -> str:
    """Return the host at which a worker on this machine finds the master that listens on *bind_host*."""
    return "127.0.0.1" if bind_host in EVERY_ADDRESS else bind_host


def write_locustfile(path: Path) -> None:
    """Write a locustfile for a team's own Locust; it uses the installed package.

    Raises:
        UsageError: The file exists.
    """
    if path.exists():
        raise UsageError(f"{path} exists. Remove it, or choose another name.")
    path.write_text(
        '"""The load of fiskil-harness soak, for your own Locust: locust -f FILE --worker --master-host HOST."""\n\n'
        "from fiskil_harness.soak.load.locustfile import *  # noqa: F403\n",
        encoding="utf-8",
    )
