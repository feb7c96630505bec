"""Plays the scenarios of a command, with one worker in this process or with several processes, and collects the results.

A worker process has its own sandbox and app. It gets one scenario at a time and returns its result, redacted. Everything
that a session writes lies in a temporary folder, which is removed at the end; an app that still runs then is killed.

A signal ends a session in order: this process stops its loop and sends SIGTERM to each worker process, again and again
until it has ended, because Python may discard a KeyboardInterrupt, such as in a callback of the garbage collector. A worker
process ends the scenario, closes its app and exits; its unfinished scenario is not in the results.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, NoReturn, Protocol

from msgspec import Struct

from fiskil_harness.core import plugins, signals
from fiskil_harness.core.clauses import kept_by_apps
from fiskil_harness.core.config import Settings
from fiskil_harness.errors import AppError, HarnessError, UsageError
from fiskil_harness.probes.evaluation import NOT_RUN
from fiskil_harness.probes.evidence import Excerpt, Picture, Printed, Story
from fiskil_harness.probes.outcome import Measure, Outcome, Played, Recording
from fiskil_harness.runner.first_contact import first_scenarios, ruling, skipped
from fiskil_harness.runner.run_folder import new_run_folder, remove_run_folder
from fiskil_harness.runner.worker import NEVER_IDLE, OnProgress, Worker, unfinished
from fiskil_harness.runner.worker_count import WorkerCount, count_at_start, largest_count
from fiskil_harness.scenario import costs
from fiskil_harness.scenario.scenario import Scenario

REPEAT_S = 3.0
"""The time after which a worker process that did not end gets another signal, in real seconds."""


class SessionResult(Struct, frozen=True, kw_only=True):
    """The results of a run, sorted by scenario name; scenarios that did not run are included as INCONCLUSIVE.

    ``internal_errors`` are tracebacks, ``plans`` are generated plans that failed, ``excerpts`` show what failed. ``hars``
    contain every exchange, and ``recordings`` the journals, if requested. ``stories`` and ``pictures`` show what happened in
    each scenario, ``printed`` is the app's output. ``workers`` is the largest number of workers that played at a time.
    """

    outcomes: tuple[Outcome, ...]
    measured: tuple[Measure, ...] = ()
    plans: tuple[str, ...] = ()
    internal_errors: tuple[str, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    hars: tuple[dict[str, Any], ...] = ()
    stories: tuple[Story, ...] = ()
    pictures: tuple[Picture, ...] = ()
    printed: tuple[Printed, ...] = ()
    recordings: tuple[Recording, ...] = ()
    was_interrupted: bool = False
    workers: int = 1

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

    def noticed(self, text: str) -> None:
        """Called with a sentence about the app that the user should read at once."""

    def skipped(self, names: Sequence[str], reason: str) -> None:
        """Called with the scenarios that are not run, for one *reason*."""


def run_scenarios(
    scenarios: Sequence[Scenario],
    *,
    settings: Settings,
    seed: int,
    workers: int = 1,
    most_workers: int | None = None,
    progress: Progress | None = None,
    records_har: bool = False,
    records_journal: bool = False,
    app_log: Path | None = None,
    on_progress: OnProgress | None = None,
) -> SessionResult:
    """Run every scenario once and return the results, also after Ctrl-C, SIGTERM or SIGHUP.

    Args:
        workers: Number of workers; more than one needs an app that starts several times (see ``can_run_in_parallel``).
        most_workers: The number up to which workers are added while the processors are unused; None adds none.
        progress: Called at the beginning and end of each scenario.
        records_har: True includes every exchange in the result as HAR.
        records_journal: True includes every journal in the result, without secrets.
        app_log: The file to which everything that the app prints is appended.
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
    folder = new_run_folder("run-")
    records = (records_har, records_journal)
    session = Session(run_order(scenarios, settings, workers), seed=seed, progress=progress, settings=settings)
    try:
        with signals.stops_as_interrupt():
            if workers > 1 and len(scenarios) > 1:
                count = WorkerCount(workers, most_workers)
                session.play_in_processes(settings, folder, workers=count, records=records, app_log=app_log)
            else:
                worker = Worker(settings, seed=seed, folder=folder / "worker")
                worker.includes_har, worker.includes_recording = records
                worker.app_log, worker.on_progress = app_log, on_progress
                session.play(worker)
    finally:
        with signals.ignored():
            remove_run_folder(folder)
    return session.result()


class Session:
    """The scenarios of a command in the order in which they run, and the results so far."""

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        *,
        seed: int,
        progress: Progress | None = None,
        settings: Settings | None = None,
    ) -> None:
        """Prepare a run in which nothing has been played.

        Args:
            settings: The settings by which scenarios are skipped after the first ones; None skips none.
        """
        self.scenarios = tuple(scenarios)
        self._settings = settings
        self._first = first_scenarios(scenarios, settings) if settings is not None else []
        self._skipped: dict[str, Outcome] = {}
        self.seed = seed
        self.was_interrupted = False
        self._progress = progress
        self._played: list[Played] = []
        self._errors: list[str] = []
        self._has_reported_busy_app = False
        self.most_workers = 1
        """The largest number of workers that played at a time."""

    def play(self, worker: Worker, *, should_continue: Callable[[], bool] = lambda: True) -> None:
        """Play every scenario with *worker* in this process, and close the worker; Ctrl-C ends it.

        Args:
            should_continue: Called before each scenario; False skips the rest.

        Raises:
            AppError: The app was never ready.
        """
        try:
            self._play_with(worker, self._first, should_continue)
            self._play_with(worker, self._remaining(), should_continue)
        except KeyboardInterrupt:
            self.was_interrupted = True
        finally:
            worker.close()

    def _play_with(self, worker: Worker, scenarios: Sequence[Scenario], should_continue: Callable[[], bool]) -> None:
        for scenario in scenarios:
            if not should_continue():
                return
            self._begin(scenario)
            try:
                played = worker.play(scenario)
            except HarnessError as error:
                self._end(scenario)
                raise AppError(str(error)) from None
            except Exception:  # noqa: BLE001 - an internal error must not lose the other results
                self._fail(scenario, worker.redactor.redact(traceback.format_exc()))
            else:
                self._end(scenario, played)

    def _remaining(self) -> list[Scenario]:
        """Return the scenarios that run after the first ones, and record those that the first contact rules out."""
        if self._settings is None:
            return list(self.scenarios)
        names = {scenario.name for scenario in self._first}
        contacts = [played.first_contact for played in self._played if played.outcome.scenario in names]
        reasons: dict[str, list[str]] = {}
        remaining: list[Scenario] = []
        for scenario in self.scenarios:
            why = ruling(scenario, self._first, contacts, self._settings) if scenario.name not in names else None
            if why is not None:
                self._skipped[scenario.name] = skipped(scenario, why, seed=self.seed)
                reasons.setdefault(why.reason, []).append(scenario.name)
            elif scenario.name not in names:
                remaining.append(scenario)
        if self._progress is not None:
            for reason, of_reason in reasons.items():
                self._progress.skipped(of_reason, reason)
        return remaining

    def play_in_processes(
        self,
        settings: Settings,
        folder: Path,
        *,
        workers: WorkerCount,
        records: tuple[bool, bool],
        app_log: Path | None = None,
    ) -> None:
        """Play the scenarios in worker processes, one at a time in each; Ctrl-C ends them.

        Args:
            folder: The folder for the files of the workers; the caller removes it.
            workers: Number of processes at a time, at most one for each scenario.
            records: Whether each result includes its exchanges as HAR, and its journal.

        Raises:
            AppError: The app was never ready in one of the processes.
        """
        others = set(multiprocessing.active_children())
        pool: ProcessPoolExecutor | None = None
        try:
            # The pool starts Python's resource tracker, which must outlive a SIGHUP of the terminal.
            with _blocked_signals():
                pool = ProcessPoolExecutor(
                    min(workers.most, len(self.scenarios)),
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_open_worker,
                    initargs=(plugins.loaded(), settings, self.seed, folder, records, app_log),
                )
            self._play_in(pool, self._first, workers)
            self._play_in(pool, self._remaining(), workers)
        except KeyboardInterrupt:
            self.was_interrupted = True
        except BrokenProcessPool:
            self._errors.append("A worker process of fiskil-harness ended before its scenario did.")
        finally:
            with signals.ignored():
                if len(self._played) + len(self._skipped) < len(self.scenarios):
                    _end_processes(set(multiprocessing.active_children()) - others)
                if pool is not None:
                    pool.shutdown(cancel_futures=True)

    def _play_in(self, pool: ProcessPoolExecutor, scenarios: Sequence[Scenario], workers: WorkerCount) -> None:
        """Give each process its next scenario as soon as the process is free, so that a scenario begins when it is given."""
        waiting = list(reversed(scenarios))
        running: dict[Future[Played], Scenario] = {}
        while waiting or running:
            while waiting and len(running) < workers.now:
                scenario = waiting.pop()
                self._begin(scenario)
                with _blocked_signals():
                    running[pool.submit(_play, scenario)] = scenario
            for future in wait(running, workers.look_every_s, return_when=FIRST_COMPLETED).done:
                scenario = running.pop(future)
                try:
                    self._end(scenario, future.result())
                except AppError:
                    self._end(scenario)
                    raise
                except _InternalError as error:
                    self._fail(scenario, str(error))
            workers.adapt()
        self.most_workers = max(self.most_workers, min(workers.largest, len(self.scenarios)))

    def _fail(self, scenario: Scenario, error: str) -> None:
        """Record an internal error, a redacted traceback, of a scenario without a result; the others are still played."""
        self._errors.append(error)
        self._end(scenario)

    def _begin(self, scenario: Scenario) -> None:
        if self._progress is not None:
            self._progress.began(scenario.name)

    def _end(self, scenario: Scenario, played: Played | None = None) -> None:
        if played is not None:
            self._played.append(played)
        if self._progress is not None:
            self._progress.ended(scenario.name, str(played.outcome.verdict) if played is not None else "")
            self._report_busy_app(self._progress, played)

    def _report_busy_app(self, progress: Progress, played: Played | None) -> None:
        """Report once, as soon as it is known, that the app does not become idle."""
        note = next((note for note in played.measure.notes if note.startswith(NEVER_IDLE)), "") if played is not None else ""
        if note and not self._has_reported_busy_app:
            self._has_reported_busy_app = True
            progress.noticed(note)

    def result(self, *, others: Sequence[Outcome] = ()) -> SessionResult:
        """Return the results so far.

        Args:
            others: Further outcomes, such as that of a comparison with the contract.
        """
        played = sorted(self._played, key=lambda result: result.outcome.scenario)
        ended = (*others, *self._skipped.values(), *(result.outcome for result in played))
        outcomes = {outcome.scenario: outcome for outcome in ended}
        for scenario in self.scenarios:
            not_run = unfinished(scenario, seed=self.seed, observed="the scenario did not run to its end", probe=NOT_RUN)
            outcomes.setdefault(scenario.name, not_run)
        return SessionResult(
            outcomes=tuple(outcome for _, outcome in sorted(outcomes.items())),
            measured=tuple(result.measure for result in played),
            plans=tuple(plan for result in played for plan in result.plans),
            internal_errors=(*self._errors, *(result.traceback for result in played if result.traceback)),
            excerpts=tuple(excerpt for result in played for excerpt in result.excerpts),
            hars=tuple(result.har for result in played if result.har),
            stories=tuple(result.story for result in played if result.story is not None),
            pictures=tuple(picture for result in played for picture in result.pictures),
            printed=tuple(result.printed for result in played if result.printed is not None),
            recordings=tuple(result.recording for result in played if result.recording is not None),
            was_interrupted=self.was_interrupted,
            workers=self.most_workers,
        )


class _InternalError(Exception):
    """An internal error in a worker process, as a redacted traceback."""


class _WorkerProcess:
    """The state of a worker process: its worker, and whether a scenario runs."""

    worker: Worker
    is_playing = False


def _open_worker(
    loaded: tuple[plugins.Plugin, ...],
    settings: Settings,
    seed: int,
    folder: Path,
    records: tuple[bool, bool],
    app_log: Path | None,
) -> None:
    """Make this process a worker with a folder of its own; a signal ends the worker in order."""
    numbers = signals.handled_signals()

    def end(_number: int, _frame: object) -> None:
        if not _WorkerProcess.is_playing:
            _exit()
        if not _is_ending():
            raise KeyboardInterrupt

    plugins.register(loaded)
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    worker = Worker(settings, seed=seed, folder=folder / f"worker-{os.getpid()}")
    worker.includes_har, worker.includes_recording = records
    worker.app_log = app_log
    _WorkerProcess.worker = worker
    Finalize(worker, worker.close, exitpriority=1)
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


def _play(scenario: Scenario) -> Played:
    """Play *scenario* in this worker process; a signal ends the process.

    Raises:
        AppError: The app was never ready.
        _InternalError: Any other error; its own type may not cross the border between processes.
    """
    worker = _WorkerProcess.worker
    try:
        _WorkerProcess.is_playing = True
        return worker.play(scenario)
    except HarnessError as error:
        raise AppError(str(error)) from None
    except KeyboardInterrupt:
        _exit()
    except Exception:  # noqa: BLE001 - see above
        raise _InternalError(worker.redactor.redact(traceback.format_exc())) from None
    finally:
        _WorkerProcess.is_playing = False


def _exit_with_parent() -> None:
    """End this worker process when the process that started it was killed; the guard of the run kills the app."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _is_ending() -> bool:
    """Return True while this process handles a KeyboardInterrupt: another one would end the clean-up halfway."""
    error = sys.exception()
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _exit() -> NoReturn:
    """Close the app and end this worker process at once, without the executor's loop; no signal interrupts this."""
    with signals.ignored():
        _WorkerProcess.worker.close()
        os._exit(0)


def _end_processes(processes: Iterable[BaseProcess]) -> None:
    """Send SIGTERM to *processes*, and again every ``REPEAT_S`` to those that still run, until all have ended."""
    running = {process.sentinel: process for process in processes}
    while running:
        for process in running.values():
            process.terminate()
        for sentinel in connection.wait(list(running), REPEAT_S):
            del running[sentinel]  # type: ignore[arg-type]


@contextlib.contextmanager
def _blocked_signals() -> Iterator[None]:
    """Block signals while processes start, which inherit this, so that none meets a process without its handlers."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals.handled_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def can_run_in_parallel(settings: Settings) -> bool:
    """Return True if each worker can start its own app: the app's command or environment uses {port} and {workdir}."""
    return settings.app.passes("port") and settings.app.passes("workdir")


def default_workers(settings: Settings) -> tuple[int, int]:
    """Return the number of workers at the start of a run, and up to which it may grow; 1 if the app cannot start often."""
    return (count_at_start(), largest_count()) if can_run_in_parallel(settings) else (1, 1)


def run_order(scenarios: Sequence[Scenario], settings: Settings, workers: int = 1) -> list[Scenario]:
    """Return *scenarios* in the order in which they run.

    Scenarios that count for a required practice run first. The app restarts when interpretations change that it may
    remember, so scenarios with equal ones follow each other. If the app cannot be restarted, scenarios that need a restart
    afterwards run late, and those that may stop the app run last. With several workers the longest scenarios run first, so
    that none runs alone at the end. With one worker the shortest run first, so that the first verdicts come soon.
    """

    def key(scenario: Scenario) -> tuple[object, ...]:
        is_heavy = not settings.app.command and any(step.affects_whole_app for step in scenario.steps)
        is_dangerous = not settings.app.command and any(step.may_stop_app for step in scenario.steps)
        cost_s = costs.cost_s(scenario.name)
        is_other = not counts_for_required(scenario, settings)
        order_s = -cost_s if workers > 1 else cost_s
        return (
            is_dangerous,
            is_heavy,
            is_other,
            sorted(kept_by_apps(scenario.interpretations).items()),
            order_s,
            scenario.name,
        )

    return sorted(scenarios, key=key)


def counts_for_required(scenario: Scenario, settings: Settings) -> bool:
    """Return whether *scenario* counts for a practice that the config requires."""
    return settings.gate.required == "all" or not set(settings.gate.required).isdisjoint(scenario.practices)
