"""The command that puts the judge itself on trial: every app of the gallery, and what is found there."""

import fnmatch
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fiskil_harness.cli import options

if TYPE_CHECKING:
    from fiskil_harness.cli.screen import Progress
    from fiskil_harness.gate.judgement import Judgement
    from fiskil_harness.gate.selftest.gallery import GalleryApp
    from fiskil_harness.gate.selftest.matrix import BugRow, PracticeRow, SelftestResult
    from fiskil_harness.runner.worker import Worker

WORKERS = 2


@click.command(
    epilog=options.examples(
        "fiskil-harness selftest",
        "fiskil-harness selftest --receivers --workers 4",
        "fiskil-harness selftest --rows --workers 4",
        "fiskil-harness selftest 'stdlib_*' no_dedupe --seed 7",
    )
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=options.gallery_names)
@click.option("--rows", "is_rows", is_flag=True, help="Tell for each practice the flawed apps that were caught by its row.")
@click.option("--receivers", "is_receivers", is_flag=True, help="Only apps that take webhooks and do nothing else.")
@options.seed
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, 64),
    default=WORKERS,
    show_default=True,
    help="Apps to try side by side.",
)
def selftest_command(names: tuple[str, ...], is_rows: bool, is_receivers: bool, seed: int, workers: int) -> int:
    """Try the judge: flawed apps that it must catch, and correct ones that it must not accuse.

    Each app of the gallery, or those that a NAME or pattern fits, meets the scenarios that concern it and some others. Ends
    with 0 when every flaw was caught and no correct app accused, with 1 otherwise, and with 3 when a tool was missing or a
    question stayed open.

    With --rows the 49 practices follow, each with the flawed apps that were caught by its id. Where the whole gallery is
    tried, one that catches none is an open question too; `sandbox.all-flows` is about a run, and no app can fail it.
    """
    from fiskil_harness.cli.screen import Progress
    from fiskil_harness.gate.selftest.matrix import practice_table, table

    entries = _chosen(names, is_receivers=is_receivers)
    with Progress([entry.name for entry in entries], workers=workers) as progress:
        hearings = _Trial(seed, progress).of(entries, workers=workers)
    for hearing in hearings:
        _show(hearing)
    is_whole = not names and not is_receivers
    _show_table(table(hearings), is_whole=is_whole)
    rows = practice_table(hearings) if is_rows else []
    _show_rows(rows)
    return _conclude(hearings, uncaught=[row.practice for row in rows if is_whole and not row.caught])


class _Trial:
    """Hears several apps at once; an interruption stops those that run."""

    def __init__(self, seed: int, progress: "Progress") -> None:
        self._seed = seed
        self._progress = progress
        self._stop = threading.Event()
        self._open: list[Worker] = []

    def of(self, entries: "Sequence[GalleryApp]", *, workers: int) -> "list[SelftestResult]":
        """Hear every app; the answers come in the order of the gallery."""
        from fiskil_harness.core import signals

        with tempfile.TemporaryDirectory(prefix="fiskil-harness-selftest-") as folder, ThreadPoolExecutor(workers) as pool:
            running: list[Future[SelftestResult]] = []
            try:
                with signals.stops_as_interrupt(), signals.remembered() as strike_again:
                    running += [pool.submit(self._hear, entry, Path(folder) / entry.name) for entry in entries]
                    for future in as_completed(running):
                        self._tell(future)
                        strike_again()
            except KeyboardInterrupt:
                with signals.ignored():
                    self._stop.set()
                    pool.shutdown(wait=False, cancel_futures=True)
                    for worker in self._open:
                        worker.close()
                raise
        return [future.result() for future in running]

    def _tell(self, done: "Future[SelftestResult]") -> None:
        hearing = done.result()
        self._progress.ended(hearing.name, _verdict(hearing))

    def _hear(self, entry: "GalleryApp", folder: Path) -> "SelftestResult":
        from fiskil_harness.core.clock import real_now
        from fiskil_harness.gate.selftest.matrix import evaluate, play, scenarios_for

        self._progress.began(entry.name)
        today = real_now().date()
        judged: Callable[[], Judgement] = partial(
            play,
            entry,
            scenarios_for(entry),
            seed=self._seed,
            today=today,
            folder=folder,
            opened=self._open.append,
            goes_on=lambda: not self._stop.is_set(),
        )
        return evaluate(entry, judged)


def _chosen(names: "Sequence[str]", *, is_receivers: bool) -> "list[GalleryApp]":
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.selftest import gallery
    from fiskil_harness.gate.selftest.assignment import is_receiver

    known = gallery.apps()
    for name in names:
        if not fnmatch.filter(known, name):
            gallery.app(name)
    chosen = [app for app in known.values() if not names or any(fnmatch.fnmatchcase(app.name, name) for name in names)]
    kept = [app for app in chosen if not is_receivers or is_receiver(app)]
    if not kept:
        raise UsageError("None of these apps is a mere receiver. Leave --receivers out.")
    return kept


def _verdict(hearing: "SelftestResult") -> str:
    if hearing.not_tried:
        return "NOT TRIED"
    if hearing.false_alarms:
        return "FALSE ALARM"
    if hearing.overlooked:
        return "OVERLOOKED"
    if hearing.inconclusive:
        return "IN DOUBT"
    return "caught" if hearing.caught else "let be" if hearing.collection == "correct" else "not trusted"


def _show(hearing: "SelftestResult") -> None:
    """One line for the app, one for each thing that it was to be caught for, and one for everything that went wrong."""
    click.echo(f"{_verdict(hearing):<12}{hearing.name} ({hearing.framework})")
    lines = [f"{catch.what}: {catch.probe} in {catch.scenario}" for catch in hearing.caught]
    lines += [f"OVERLOOKED: {text}" for text in hearing.overlooked]
    lines += [f"FALSE ALARM: {false_alarm}" for false_alarm in hearing.false_alarms]
    lines += [f"IN DOUBT: {text}" for text in hearing.inconclusive]
    lines += [f"NOT TRIED: {hearing.not_tried}"] if hearing.not_tried else []
    for line in lines:
        _print(line, indent=" " * 12)


def _show_table(rows: "Sequence[BugRow]", *, is_whole: bool) -> None:
    """One row for each bug that some app has; of the whole gallery also those that none has."""
    if not is_whole and not any(row.having for row in rows):
        return
    click.echo("\nBugs of the catalogue, and the apps that have them")
    for row in rows:
        if not row.having:
            continue
        missed = [f"OVERLOOKED: {name}" for name in row.having if name not in row.detected]
        _print(f"{row.row:>3} {row.bug:<28}{', '.join([*row.detected, *missed])}", later=" " * 32)
    without = [f"{row.row} {row.bug}" for row in rows if not row.having]
    if without and is_whole:
        _print(f"In none of these apps: {', '.join(without)}", later="  ")


def _show_rows(rows: "Sequence[PracticeRow]") -> None:
    """One row for each practice: who was caught by its id, and by which probe in which scenario the first of them."""
    if not rows:
        return
    click.echo("\nPractices, and the flawed apps that were caught by their ids")
    for row in rows:
        missed = [f"OVERLOOKED: {name}" for name in row.missed]
        told = ", ".join([*row.caught, *missed]) or "nobody"
        _print(f"{row.practice:<31}{told}", later=" " * 31)
    caught = [row for row in rows if row.caught]
    click.echo(f"{len(caught)} of {len(rows)} rows caught.")


def _conclude(hearings: "Sequence[SelftestResult]", *, uncaught: "Sequence[str]" = ()) -> int:
    flawed = [hearing for hearing in hearings if hearing.collection == "flawed" and not hearing.not_tried]
    correct = [hearing for hearing in hearings if hearing.collection == "correct" and not hearing.not_tried]
    overlooked = [result for result in flawed if result.overlooked]
    accused = [hearing for hearing in hearings if hearing.false_alarms]
    lacking = [hearing for hearing in hearings if hearing.not_tried]
    doubtful = [hearing for hearing in hearings if hearing.inconclusive]
    click.echo()
    _print(
        f"{len(flawed) - len(overlooked)} of {len(flawed)} flawed apps caught, {len(accused)} false alarms, "
        f"{len(correct)} correct apps tried."
    )
    if lacking:
        _print(f"Not tried: {'; '.join(f'{result.name} {result.not_tried}' for result in lacking)}", later="  ")
    if uncaught:
        _print(f"No flawed app was caught by: {', '.join(uncaught)}", later="  ")
    if overlooked or accused:
        return 1
    return 3 if lacking or doubtful or uncaught else 0


def _print(text: str, *, indent: str = "", later: str = "") -> None:
    from fiskil_harness.gate.report.text import WIDTH, wrapped

    for line in wrapped(text, WIDTH, first_indent=indent, later_indent=indent + (later or "  " * bool(indent))):
        click.echo(line.rstrip())
