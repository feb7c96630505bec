"""Runs all scenarios of a command in pytest, isolated from the project in the current folder.

The workers read the request (scenarios and config) from one file and write one result file per scenario. All files lie in a
temporary folder, which is removed at the end; every app process that still runs then is killed.
"""

import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from fiskil_harness.core import signals
from fiskil_harness.core.config import Settings
from fiskil_harness.errors import AppError, UsageError
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evaluation import NOT_RUN
from fiskil_harness.probes.evidence import Excerpt, Picture, Story
from fiskil_harness.probes.outcome import Measure, Outcome, Played
from fiskil_harness.runner.worker import OnProgress
from fiskil_harness.scenario import costs
from fiskil_harness.scenario.scenario import Scenario

UNUSED_PLUGINS = (
    "cacheprovider",
    "faulthandler",
    "logging",
    "terminal",
    "threadexception",
    "unraisableexception",
    "warnings",
)
"""Plugins of pytest that would write to the user's folders or terminal, or change how this process behaves."""

REQUEST_FILE = "order.json"
START_ERROR_FILE = "refusal.txt"
FEWEST_WORKERS, MOST_WORKERS = 2, 4
"""Bounds of the default number of workers: two even on one core, because scenarios mostly wait; at most four apps."""
HEAVY_STEPS = frozenset({"revoke_key", "expire_tokens", "advance"})
"""Steps that affect the app as a whole; if the app cannot be restarted, scenarios with these steps run last."""


class SessionRequest(Struct, frozen=True, kw_only=True):
    """The scenarios that the workers run, with the seed and the settings."""

    seed: int
    settings: Settings
    scenarios: tuple[Scenario, ...]
    includes_har: bool = False


class SessionResult(Struct, frozen=True, kw_only=True):
    """The results of a run, sorted by scenario name; scenarios that did not run are included as INCONCLUSIVE.

    ``internal_errors`` are tracebacks, ``plans`` are generated plans that failed, ``excerpts`` show what failed. ``hars``
    contain every exchange if requested. ``stories`` and ``pictures`` show what happened in each scenario.
    """

    outcomes: tuple[Outcome, ...]
    measured: tuple[Measure, ...] = ()
    plans: tuple[str, ...] = ()
    internal_errors: tuple[str, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    hars: tuple[str, ...] = ()
    stories: tuple[Story, ...] = ()
    pictures: tuple[Picture, ...] = ()
    was_interrupted: bool = False

    @property
    def is_whole(self) -> bool:
        """True if every scenario ran and no internal error happened."""
        return not self.was_interrupted and not self.internal_errors

    @property
    def coverage_marks(self) -> frozenset[str]:
        """The coverage marks of all scenarios, which state what the app's API requests exercised."""
        return frozenset(mark for measure in self.measured for mark in measure.coverage_marks)


class Progress(Protocol):
    """Callbacks for the progress of a run."""

    def began(self, name: str) -> None:
        """Called when the scenario *name* begins."""

    def ended(self, name: str, verdict: str) -> None:
        """Called when the scenario *name* ends, with its *verdict* ("" if there is none)."""


def run_scenarios(
    scenarios: Sequence[Scenario],
    *,
    settings: Settings,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
    records_har: bool = False,
    on_progress: OnProgress | None = None,
) -> SessionResult:
    """Run every scenario once and return the results, also after Ctrl-C, SIGTERM or SIGHUP.

    Args:
        workers: Number of workers; more than one needs an app that starts several times (see ``can_run_in_parallel``).
        progress: Called at the beginning and end of each scenario.
        records_har: True includes every exchange in the result as HAR.
        on_progress: Called before each step, which begins when the call has returned. Works only with one worker.

    Raises:
        AppError: The app does not start, or its effects hook returns something else than documented.
        UsageError: *workers* is above 1 and the app cannot be started several times.
    """
    if workers > 1 and not can_run_in_parallel(settings):
        raise UsageError(
            "Several workers need an app that can be started once for each of them. "
            "Use {port} in app.command, and {workdir} in the command or its environment for the app's data."
        )
    folder = Path(tempfile.mkdtemp(prefix="fiskil-harness-run-"))
    try:
        ordered = tuple(run_order(scenarios, settings, workers))
        request = SessionRequest(seed=seed, settings=settings, scenarios=ordered, includes_har=records_har)
        write_request(folder, request)
        observer = _RunObserver(folder, progress, on_progress)
        with signals.stops_as_interrupt(), _plain_environment():
            _run_pytest(folder, observer, workers=min(workers, len(scenarios)))
        return _read_results(folder, request, observer)
    finally:
        with signals.ignored():
            _remove(folder)


def can_run_in_parallel(settings: Settings) -> bool:
    """Return True if each worker can start its own app: the app's command or environment uses {port} and {workdir}."""
    command, environment = settings.app.command or "", " ".join(settings.app.env.values())
    return "{port}" in command + environment and "{workdir}" in command + environment


def default_workers(settings: Settings) -> int:
    """Return the number of workers for this machine: one per core, two to four; 1 if the app cannot start several times."""
    if not can_run_in_parallel(settings):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(max(cores, FEWEST_WORKERS), MOST_WORKERS)


def write_request(folder: Path, request: SessionRequest) -> None:
    """Write *request* to the file in *folder* that the workers read."""
    (folder / "results").mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    path = folder / REQUEST_FILE
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(request, enc_hook=str))


def read_request(folder: Path) -> SessionRequest:
    """Return the request that ``write_request`` wrote to *folder*."""
    return msgspec.json.decode(
        (folder / REQUEST_FILE).read_bytes(), type=SessionRequest, dec_hook=lambda kind, value: kind(value)
    )


def write_played(folder: Path, played: Played, number: int) -> None:
    """Write the result of one scenario to *folder*, atomically; *number* is part of the file name."""
    path = folder / "results" / f"{number}.json"
    path.with_suffix(".part").write_bytes(msgspec.json.encode(played))
    path.with_suffix(".part").replace(path)


def _remove(folder: Path) -> None:
    """Kill the app processes that the workers did not stop, and remove the folder."""
    for pid_file in folder.rglob("app.pid"):
        with contextlib.suppress(OSError, ValueError):
            os.killpg(int(pid_file.read_text(encoding="ascii")), signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


class _RunObserver:
    """A pytest plugin of the controlling process: reports progress and collects internal errors."""

    def __init__(self, folder: Path, progress: Progress | None, on_progress: OnProgress | None) -> None:
        self._folder = folder
        self._progress = progress
        self._looks_on = on_progress
        self.was_interrupted = False
        self.faults: list[str] = []

    def pytest_configure(self, config: Any) -> None:
        config.fiskil_on_progress = self._looks_on

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self._progress is not None:
            self._progress.began(_scenario_name(nodeid))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" and self._progress is not None:
            self._progress.ended(_scenario_name(report.nodeid), getattr(report, "fiskil_verdict", ""))
        if report.failed:
            self.faults.append(str(report.longrepr))

    def pytest_keyboard_interrupt(self) -> None:
        self.was_interrupted = True
        # The terminal sends Ctrl-C to the workers too; SIGTERM reaches only this process.
        for pid_file in self._folder.glob("worker-*.pid"):
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(pid_file.read_text(encoding="ascii")), signal.SIGTERM)

    def pytest_internalerror(self, excrepr: object) -> None:
        self.faults.append(str(excrepr))


def _run_pytest(folder: Path, observer: _RunObserver, *, workers: int) -> None:
    import pytest

    arguments = [
        f"--config-file={folder / 'pytest.ini'}",
        f"--rootdir={folder}",
        f"--basetemp={folder / 'pytest'}",
        "--disable-plugin-autoload",
        "--assert=plain",
        "--capture=no",
        f"--fiskil-rehearsal={folder}",
    ]
    for name in ("fiskil_harness.pytest_plugin", *(("xdist.plugin",) if workers > 1 else ())):
        arguments += ["-p", name]
    for name in UNUSED_PLUGINS:
        arguments += ["-p", f"no:{name}"]
    if workers > 1:
        arguments += [f"--numprocesses={workers}", "--max-worker-restart=0", "--maxschedchunk=1"]
    try:
        pytest.main([*arguments, str(folder)], plugins=[observer])
    except KeyboardInterrupt:
        observer.was_interrupted = True


def _read_results(folder: Path, request: SessionRequest, observer: _RunObserver) -> SessionResult:
    refusal = folder / START_ERROR_FILE
    if refusal.exists():
        raise AppError(refusal.read_text(encoding="utf-8"))
    results = [msgspec.json.decode(path.read_bytes(), type=Played) for path in (folder / "results").glob("*.json")]
    results.sort(key=lambda result: result.outcome.scenario)
    # xdist reports a worker that Ctrl-C ended during a scenario as crashed, although it was not.
    pytest_faults = [] if observer.was_interrupted else observer.faults
    faults = [*pytest_faults, *(result.traceback for result in results if result.traceback)]
    if len(results) < len(request.scenarios) and not observer.was_interrupted and not faults:
        faults.append(f"{len(request.scenarios) - len(results)} scenarios returned no outcome.")
    outcomes = {result.outcome.scenario: result.outcome for result in results}
    for scenario in request.scenarios:
        outcomes.setdefault(scenario.name, not_run(scenario, request.seed))
    return SessionResult(
        outcomes=tuple(outcome for _, outcome in sorted(outcomes.items())),
        measured=tuple(result.measure for result in results),
        plans=tuple(plan for result in results for plan in result.plans),
        internal_errors=tuple(faults),
        excerpts=tuple(excerpt for result in results for excerpt in result.excerpts),
        hars=tuple(result.har for result in results if result.har),
        stories=tuple(result.story for result in results if result.story is not None),
        pictures=tuple(picture for result in results for picture in result.pictures),
        was_interrupted=observer.was_interrupted,
    )


def not_run(scenario: Scenario, seed: int) -> Outcome:
    """Return the INCONCLUSIVE outcome of a scenario that did not run because of an interruption or an internal error."""
    finding = Finding(probe=NOT_RUN, verdict=Verdict.INCONCLUSIVE, observed="the scenario did not run to its end")
    return Outcome(
        scenario=scenario.name, title=scenario.title, practices=scenario.practices, seed=seed, findings=(finding,)
    )


def run_order(scenarios: Sequence[Scenario], settings: Settings, workers: int = 1) -> list[Scenario]:
    """Return *scenarios* in the order in which they run.

    Scenarios with the same interpretations follow each other, because the app restarts when interpretations change.
    Scenarios that need a restart afterwards run last if the app cannot be restarted. With several workers the longest
    scenarios run first, so that no long scenario runs alone at the end.
    """
    from fiskil_harness.scenario.steps import name_of

    def is_heavy(scenario: Scenario) -> bool:
        return not settings.app.command and any(name_of(step) in HEAVY_STEPS for step in scenario.steps)

    def cost_s(scenario: Scenario) -> float:
        return costs.cost_s(scenario.name) if workers > 1 else 0.0

    return sorted(
        scenarios,
        key=lambda scenario: (
            is_heavy(scenario),
            sorted(scenario.interpretations.items()),
            -cost_s(scenario),
            scenario.name,
        ),
    )


def _scenario_name(nodeid: Any) -> str:
    return str(nodeid).rpartition("::")[2]


@contextlib.contextmanager
def _plain_environment() -> Iterator[None]:
    """Remove PYTEST_ADDOPTS and PYTEST_PLUGINS inside the block: the user sets these variables for other tests."""
    removed = {name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(removed)
