"""Rehearses scenarios: pytest runs them, out of reach of whatever project surrounds us.

The order (what to run, with which config) goes to the workers as one file, and every scenario comes back as one file; both
lie in a temporary folder that goes at the end, as does everything that still runs then.
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
"""Parts of pytest that would write into the user's folders or terminal, or change how this process behaves."""

REQUEST_FILE = "order.json"
REFUSAL = "refusal.txt"
FEWEST, MOST = 2, 4
"""Workers where nobody says how many: much of a scenario is waiting, and each has a sandbox and an app of its own."""
HEAVY_STEPS = frozenset({"revoke_key", "expire_tokens", "advance"})
"""Steps that touch the whole client; where the app cannot be restarted, their scenarios run last."""


class SessionRequest(Struct, frozen=True, kw_only=True):
    """What the workers are to do."""

    seed: int
    settings: Settings
    scenarios: tuple[Scenario, ...]
    wants_har: bool = False


class SessionResult(Struct, frozen=True, kw_only=True):
    """What came of it, by scenario name; what did not run is there too, as INCONCLUSIVE.

    ``faults`` are tracebacks of faults of our own, ``plans`` are plans that failed, ``exhibits`` show what failed, ``hars``
    tell every exchange where that was asked for, ``stories`` and ``pictures`` show what happened in each scenario.
    """

    outcomes: tuple[Outcome, ...]
    measured: tuple[Measure, ...] = ()
    plans: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    hars: tuple[str, ...] = ()
    stories: tuple[Story, ...] = ()
    pictures: tuple[Picture, ...] = ()
    was_interrupted: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether everything ran that was to run, and nothing of our own failed."""
        return not self.was_interrupted and not self.faults

    @property
    def coverage_marks(self) -> frozenset[str]:
        """What the app's calls came to, in all scenarios together."""
        return frozenset(what for measure in self.measured for what in measure.coverage_marks)


class Progress(Protocol):
    """Whoever wants to know what runs now."""

    def began(self, name: str) -> None:
        """A scenario began."""

    def ended(self, name: str, verdict: str) -> None:
        """A scenario ended."""


def rehearse(
    scenarios: Sequence[Scenario],
    *,
    settings: Settings,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
    tells_har: bool = False,
    looks_on: OnProgress | None = None,
) -> SessionResult:
    """Run every scenario once and bring the outcomes back, also after Ctrl-C, SIGTERM or SIGHUP.

    Args:
        workers: More than one only where each can have an app of its own (see ``can_share_out``).
        tells_har: Whether every exchange is to be told as HAR.
        looks_on: Is told what happens before each step, and may take its time; with one worker only.

    Raises:
        AppError: The app does not start, or its effects hook answers what is no answer.
        UsageError: Several workers were asked for and the app cannot be had several times.
    """
    if workers > 1 and not can_share_out(settings):
        raise UsageError(
            "Several workers need an app that we can start for each of them. "
            "Let app.command use {port}, and let the command or its environment keep data under {workdir}."
        )
    folder = Path(tempfile.mkdtemp(prefix="fiskil-harness-run-"))
    try:
        ordered = tuple(run_order(scenarios, settings, workers))
        order = SessionRequest(seed=seed, settings=settings, scenarios=ordered, wants_har=tells_har)
        write_request(folder, order)
        watch = _Watch(folder, progress, looks_on)
        with signals.stops_as_interrupt(), _plain_environment():
            _run_pytest(folder, watch, workers=min(workers, len(scenarios)))
        return _read(folder, order, watch)
    finally:
        with signals.ignored():
            bury(folder)


def can_share_out(settings: Settings) -> bool:
    """Whether each worker can start an app of its own: the command takes a port and a folder from us."""
    command, environment = settings.app.command or "", " ".join(settings.app.env.values())
    return "{port}" in command + environment and "{workdir}" in command + environment


def default_workers(settings: Settings) -> int:
    """How many workers this machine carries: one for each core, from two to four, where the app can be had several times."""
    if not can_share_out(settings):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(max(cores, FEWEST), MOST)


def write_request(folder: Path, order: SessionRequest) -> None:
    """Leave *order* where the workers look for it."""
    (folder / "results").mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    path = folder / REQUEST_FILE
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(order, enc_hook=str))


def read_request(folder: Path) -> SessionRequest:
    """The order that ``write_order`` left."""
    return msgspec.json.decode(
        (folder / REQUEST_FILE).read_bytes(), type=SessionRequest, dec_hook=lambda kind, value: kind(value)
    )


def write_played(folder: Path, played: Played, number: int) -> None:
    """Hand one scenario over, whole or not at all."""
    path = folder / "results" / f"{number}.json"
    path.with_suffix(".part").write_bytes(msgspec.json.encode(played))
    path.with_suffix(".part").replace(path)


def bury(folder: Path) -> None:
    """Kill every app whose worker could not do it any more, and remove the folder."""
    for note in folder.rglob("app.pid"):
        with contextlib.suppress(OSError, ValueError):
            os.killpg(int(note.read_text(encoding="ascii")), signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


class _Watch:
    """Rides along in the controlling pytest process."""

    def __init__(self, folder: Path, progress: Progress | None, looks_on: OnProgress | None) -> None:
        self._folder = folder
        self._progress = progress
        self._looks_on = looks_on
        self.was_interrupted = False
        self.faults: list[str] = []

    def pytest_configure(self, config: Any) -> None:
        config.fiskil_looks_on = self._looks_on

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self._progress is not None:
            self._progress.began(_name(nodeid))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" and self._progress is not None:
            self._progress.ended(_name(report.nodeid), getattr(report, "fiskil_verdict", ""))
        if report.failed:
            self.faults.append(str(report.longrepr))

    def pytest_keyboard_interrupt(self) -> None:
        self.was_interrupted = True
        # Ctrl-C reaches the workers by itself; SIGTERM, and what is sent to this process alone, does not.
        for note in self._folder.glob("worker-*.pid"):
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(note.read_text(encoding="ascii")), signal.SIGTERM)

    def pytest_internalerror(self, excrepr: object) -> None:
        self.faults.append(str(excrepr))


def _run_pytest(folder: Path, watch: _Watch, *, workers: int) -> None:
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
        pytest.main([*arguments, str(folder)], plugins=[watch])
    except KeyboardInterrupt:
        watch.was_interrupted = True


def _read(folder: Path, order: SessionRequest, watch: _Watch) -> SessionResult:
    refusal = folder / REFUSAL
    if refusal.exists():
        raise AppError(refusal.read_text(encoding="utf-8"))
    played = [msgspec.json.decode(path.read_bytes(), type=Played) for path in (folder / "results").glob("*.json")]
    played.sort(key=lambda played: played.outcome.scenario)
    # A worker that Ctrl-C ended in the middle of a scenario counts as crashed for xdist; it is not.
    seen = [] if watch.was_interrupted else watch.faults
    faults = [*seen, *(each_played.fault for each_played in played if each_played.fault)]
    if len(played) < len(order.scenarios) and not watch.was_interrupted and not faults:
        faults.append(f"{len(order.scenarios) - len(played)} scenarios came back without an outcome.")
    outcomes = {each_played.outcome.scenario: each_played.outcome for each_played in played}
    for scenario in order.scenarios:
        outcomes.setdefault(scenario.name, not_run(scenario, order.seed))
    return SessionResult(
        outcomes=tuple(outcome for _, outcome in sorted(outcomes.items())),
        measured=tuple(each_played.measure for each_played in played),
        plans=tuple(plan for each_played in played for plan in each_played.plans),
        faults=tuple(faults),
        excerpts=tuple(exhibit for each_played in played for exhibit in each_played.excerpts),
        hars=tuple(each_played.har for each_played in played if each_played.har),
        stories=tuple(each_played.story for each_played in played if each_played.story is not None),
        pictures=tuple(picture for each_played in played for picture in each_played.pictures),
        was_interrupted=watch.was_interrupted,
    )


def not_run(scenario: Scenario, seed: int) -> Outcome:
    """What there is to say about a scenario that an interruption or a fault of our own left out."""
    finding = Finding(probe=NOT_RUN, verdict=Verdict.INCONCLUSIVE, observed="the scenario did not run to its end")
    return Outcome(
        scenario=scenario.name, title=scenario.title, practices=scenario.practices, seed=seed, findings=(finding,)
    )


def run_order(scenarios: Sequence[Scenario], settings: Settings, workers: int = 1) -> list[Scenario]:
    """The order in which they run: those under one reading together, and last what an app cannot be restarted after.

    Several workers begin with the longest, so that nobody waits for one at the end.
    """
    from fiskil_harness.scenario.steps import name_of

    def is_heavy(scenario: Scenario) -> bool:
        return not settings.app.command and any(name_of(step) in HEAVY_STEPS for step in scenario.steps)

    def cost_s(scenario: Scenario) -> float:
        return costs.cost_s(scenario.name) if workers > 1 else 0.0

    # Scenarios under one reading follow each other, because an app starts anew when another reading rules.
    return sorted(
        scenarios,
        key=lambda scenario: (
            is_heavy(scenario),
            sorted(scenario.interpretations.items()),
            -cost_s(scenario),
            scenario.name,
        ),
    )


def _name(nodeid: Any) -> str:
    return str(nodeid).rpartition("::")[2]


@contextlib.contextmanager
def _plain_environment() -> Iterator[None]:
    """Keep pytest from reading options and plugins that the user's shell sets for their own tests."""
    taken = {name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)
