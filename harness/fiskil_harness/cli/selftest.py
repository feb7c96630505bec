"""The ``selftest`` command: runs the apps of the gallery and shows whether their flaws were caught."""

import fnmatch
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.json_reports import texts_beside, write

if TYPE_CHECKING:
    from fiskil_harness.cli.screen import Progress
    from fiskil_harness.gate.selftest.gallery import GalleryApp
    from fiskil_harness.gate.selftest.matrix import BugRow, PracticeRow, SelftestResult
    from fiskil_harness.runner.worker import Worker

WORKERS = 2
INDENT = " " * 14


@click.command(
    epilog=options.examples(
        "fiskil-harness selftest",
        "fiskil-harness selftest --receivers --workers 4",
        "fiskil-harness selftest --practices --workers 4",
        "fiskil-harness selftest 'stdlib_*' no_dedupe --seed 7",
        "fiskil-harness selftest --receivers --json selftest.json",
    )
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=options.gallery_names)
@click.option(
    "--practices", "shows_practices", is_flag=True, help="Also list, for each practice, the flawed apps caught violating it."
)
@click.option("--receivers", "is_receivers", is_flag=True, help="Only apps that receive webhooks and do nothing else.")
@options.seed
@click.option(
    "--workers", metavar="N", type=options.WORKERS, default=WORKERS, show_default=True, help="Apps to run in parallel."
)
@options.json_file
def selftest_command(
    names: tuple[str, ...],
    shows_practices: bool,
    is_receivers: bool,
    seed: int,
    workers: int,
    json_path: Path | None,
) -> int:
    """Test the harness: it must catch every flawed app of the gallery, and raise no alarm about a correct one.

    Each app of the gallery, or those that match a NAME or pattern, runs the scenarios that concern it and some others. Exit
    code 0: every flaw was caught without a false alarm; 1: otherwise; 3: a tool is missing or a finding is inconclusive.

    With --practices a list of Fiskil's practices follows, each with the flawed apps that were caught violating it. If the
    whole gallery runs, a practice without such an app counts as inconclusive. `sandbox.all-flows` is not in the list: it is
    about a run, so no app can violate it.
    """
    from fiskil_harness.cli.screen import Progress
    from fiskil_harness.gate.selftest.matrix import SelftestReport, bug_table, practice_table

    entries = _select(names, is_receivers=is_receivers)
    is_whole = not names and not is_receivers
    with texts_beside(json_path):
        with Progress([entry.name for entry in entries], workers=workers) as progress:
            results = _Run(seed, progress).evaluate(entries, workers=workers)
        for result in results:
            _show(result)
        bugs, practices = bug_table(results), practice_table(results) if shows_practices else []
        _show_bugs(bugs, is_whole=is_whole)
        _show_practices(practices)
        exit_code = _conclude(results, uncaught=[row.practice for row in practices if is_whole and not row.caught])
    report = SelftestReport(
        seed=seed, apps=tuple(results), bugs=tuple(bugs), practices=tuple(practices), exit_code=exit_code
    )
    write(report, json_path)
    return exit_code


class _Run:
    """Runs several apps in parallel; an interruption stops them."""

    def __init__(self, seed: int, progress: "Progress") -> None:
        self._seed = seed
        self._progress = progress
        self._stop = threading.Event()
        self._workers: list[Worker] = []

    def evaluate(self, entries: "Sequence[GalleryApp]", *, workers: int) -> "list[SelftestResult]":
        """Run every app; return the results in the order of *entries*."""
        from fiskil_harness.core import signals

        with tempfile.TemporaryDirectory(prefix="fiskil-harness-selftest-") as folder, ThreadPoolExecutor(workers) as pool:
            futures: list[Future[SelftestResult]] = []
            try:
                with signals.stops_as_interrupt(), signals.remembered() as strike_again:
                    futures += [pool.submit(self._evaluate, entry, Path(folder) / entry.name) for entry in entries]
                    for future in as_completed(futures):
                        self._progress.ended(future.result().name, _label(future.result()))
                        strike_again()
            except KeyboardInterrupt:
                with signals.ignored():
                    self._stop.set()
                    pool.shutdown(wait=False, cancel_futures=True)
                    for worker in self._workers:
                        worker.close()
                raise
        return [future.result() for future in futures]

    def _evaluate(self, entry: "GalleryApp", folder: Path) -> "SelftestResult":
        from fiskil_harness.core.clock import real_now
        from fiskil_harness.gate.selftest.matrix import evaluate, play, scenarios_for

        self._progress.began(entry.name)
        run = partial(play, entry, scenarios_for(entry), seed=self._seed, today=real_now().date(), folder=folder)
        return evaluate(entry, partial(run, on_open=self._workers.append, should_continue=lambda: not self._stop.is_set()))


def _select(names: "Sequence[str]", *, is_receivers: bool) -> "list[GalleryApp]":
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.selftest import gallery
    from fiskil_harness.gate.selftest.assignment import is_receiver

    apps = gallery.apps()
    for name in names:
        if not fnmatch.filter(apps, name):
            gallery.app(name)
    named = [app for app in apps.values() if not names or any(fnmatch.fnmatchcase(app.name, name) for name in names)]
    selected = [app for app in named if not is_receivers or is_receiver(app)]
    if not selected:
        raise UsageError("None of these apps only receives webhooks. Remove --receivers.")
    return selected


def _label(result: "SelftestResult") -> str:
    if result.not_tried:
        return "NOT RUN"
    if result.false_alarms:
        return "FALSE ALARM"
    if result.overlooked:
        return "OVERLOOKED"
    if result.inconclusive:
        return "INCONCLUSIVE"
    return "caught" if result.caught else "no alarm" if result.collection == "correct" else "not trusted"


def _show(result: "SelftestResult") -> None:
    """Print the app, a line for each practice or bug that was caught, and a line for each problem."""
    click.echo(f"{_label(result):<{len(INDENT)}}{result.name} ({result.framework})")
    lines = [f"{catch.subject}: {catch.probe} in {catch.scenario}" for catch in result.caught]
    lines += [f"OVERLOOKED: {text}" for text in result.overlooked]
    lines += [f"FALSE ALARM: {text}" for text in result.false_alarms]
    lines += [f"INCONCLUSIVE: {text}" for text in result.inconclusive]
    lines += [f"NOT RUN: {result.not_tried}"] if result.not_tried else []
    for line in lines:
        _print(line, indent=INDENT)


def _show_bugs(rows: "Sequence[BugRow]", *, is_whole: bool) -> None:
    """Print each bug of the catalogue with the apps that have it; for the whole gallery, also the bugs that no app has."""
    if not is_whole and not any(row.having for row in rows):
        return
    click.echo("\nBugs of the catalogue, and the apps that have them")
    for row in rows:
        if not row.having:
            continue
        overlooked = [f"OVERLOOKED: {name}" for name in row.having if name not in row.detected]
        _print(f"{row.row:>3} {row.bug:<28}{', '.join([*row.detected, *overlooked])}", later=" " * 32)
    absent = [f"{row.row} {row.bug}" for row in rows if not row.having]
    if absent and is_whole:
        _print(f"In none of these apps: {', '.join(absent)}", later="  ")


def _show_practices(rows: "Sequence[PracticeRow]") -> None:
    """Print each practice with the flawed apps that were caught violating it."""
    if not rows:
        return
    click.echo("\nPractices, and the flawed apps that were caught violating them")
    for row in rows:
        overlooked = [f"OVERLOOKED: {name}" for name in row.missed]
        apps = ", ".join([*row.caught, *overlooked]) or "none"
        _print(f"{row.practice:<31}{apps}", later=" " * 31)
    caught = [row for row in rows if row.caught]
    click.echo(f"{len(caught)} of {len(rows)} practices caught an app.")


def _conclude(results: "Sequence[SelftestResult]", *, uncaught: "Sequence[str]" = ()) -> int:
    """Print the totals and return the exit code."""
    flawed = [result for result in results if result.collection == "flawed" and not result.not_tried]
    correct = [result for result in results if result.collection == "correct" and not result.not_tried]
    overlooked = [result for result in flawed if result.overlooked]
    false_alarms = [result for result in results if result.false_alarms]
    not_run = [result for result in results if result.not_tried]
    inconclusive = [result for result in results if result.inconclusive]
    click.echo()
    _print(
        f"{len(flawed) - len(overlooked)} of {len(flawed)} flawed apps caught, {len(false_alarms)} false alarms, "
        f"{len(correct)} correct apps run."
    )
    if not_run:
        _print(f"Not run: {'; '.join(f'{result.name} {result.not_tried}' for result in not_run)}", later="  ")
    if uncaught:
        _print(f"Practices that caught no flawed app: {', '.join(uncaught)}", later="  ")
    if overlooked or false_alarms:
        return 1
    return 3 if not_run or inconclusive or uncaught else 0


def _print(text: str, *, indent: str = "", later: str = "") -> None:
    from fiskil_harness.gate.report.text import WIDTH, wrapped

    for line in wrapped(text, WIDTH, first_indent=indent, later_indent=indent + (later or "  " * bool(indent))):
        click.echo(line.rstrip())
