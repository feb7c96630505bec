"""The ``demo`` command: finds the flaw of a flawed app, and then opens the gate for a correct app, in about a minute."""

import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.runs import arguments_of, play, repeat_arguments, with_interpretations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fiskil_harness.core.config import Settings
    from fiskil_harness.gate.judgement import Judgement
    from fiskil_harness.gate.selftest.gallery import GalleryApp
    from fiskil_harness.scenario.scenario import Scenario

REPORT = "fiskil-harness-demo.html"


@click.command(epilog=options.examples("fiskil-harness demo", "fiskil-harness demo --seed 7"))
@options.seed
@options.interpretations
@options.reports
def demo_command(seed: int, interpretations: tuple[str, ...], **reports: Any) -> int:
    """Show what the harness finds in a flawed app, then run a fast gate on a correct one, which opens it.

    It writes an HTML report of the gate. Without Chromium, the practices about pages are left out.

    \f
    Raises:
        UsageError: This installation has no reference app, or a report cannot be written.
    """
    from fiskil_harness.cli.results import STANDARD_OUTPUT
    from fiskil_harness.core import catalog
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.judgement import check
    from fiskil_harness.gate.selftest import gallery

    examples = catalog.folder("examples")
    if not (examples / "reference_app").is_dir():
        raise UsageError("This installation has no examples/reference_app, so the demo cannot run.")
    settings = _reference_settings(examples / "reference_app", interpretations)
    check(settings)
    to_stderr = reports["json_path"] == STANDARD_OUTPUT
    reports["html_path"] = reports["html_path"] or _report_path()
    again = "fiskil-harness demo" + arguments_of({"--seed": seed, "--interpretation": interpretations})
    if (catalog.folder("gallery") / "flawed").is_dir():
        flawed = gallery.demo()
        code = _show_flaw(flawed, seed, interpretations, again, to_stderr=to_stderr)
        if code:
            return code
    click.echo("\nThe reference app, a small, correct integration. A fast gate should open:", err=to_stderr)
    click.echo(_without_pages(settings), err=to_stderr)
    code = _open_gate(settings, seed, reports, again)
    if reports["html_path"] != STANDARD_OUTPUT:
        click.echo(f"\nHTML report: {reports['html_path'].absolute()}", err=to_stderr)
    if code == 0:
        click.echo(f"To test your own app: {next_command()}", err=to_stderr)
    return code


def _reference_settings(folder: Path, interpretations: tuple[str, ...]) -> "Settings":
    """Return the config of the reference app; without Chromium it has no pages, and requires no practice about pages."""
    import msgspec

    from fiskil_harness.app.browser.chromium import missing_tool
    from fiskil_harness.core.config import load
    from fiskil_harness.core.config.hooks import PAGES
    from fiskil_harness.gate.hook_costs import hook_costs
    from fiskil_harness.probes.practices import all_practices
    from fiskil_harness.scenario.scenario import load_all

    settings = with_interpretations(load(folder=folder), interpretations)
    if not missing_tool():
        return settings
    lost = hook_costs(load_all(), [PAGES])[PAGES]
    wanted = all_practices() if settings.gate.required == "all" else settings.gate.required
    required = tuple(practice for practice in wanted if practice not in lost)
    observe = msgspec.structs.replace(settings.app.observe, pages={})
    return msgspec.structs.replace(
        settings,
        app=msgspec.structs.replace(settings.app, observe=observe),
        gate=msgspec.structs.replace(settings.gate, required=required),
    )


def _without_pages(settings: "Settings") -> str:
    """Return a sentence about the practices that are left out because Chromium is missing; "" if it is not."""
    from fiskil_harness.app.browser.chromium import missing_tool
    from fiskil_harness.gate.report.text import WIDTH, counted, wrapped

    missing = missing_tool()
    if not missing:
        return ""
    required = counted(len(settings.gate.required), "practice")
    text = f"Practices about pages are left out: required are {required}. {missing}"
    return "\n".join(wrapped(text, WIDTH)) + "\n"


def _report_path() -> Path:
    """Return the path of the HTML report: in the current folder, or in a new temporary folder if it is not writable."""
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.report import files

    try:
        files.refuse_unwritable(Path(REPORT))
    except UsageError:
        return Path(tempfile.mkdtemp()) / REPORT
    return Path(REPORT)


def _show_flaw(flawed: "GalleryApp", seed: int, interpretations: tuple[str, ...], again: str, *, to_stderr: bool) -> int:
    """Run the first scenario that detects the flaw; return the exit code if the flaw was not found, and 0 if it was."""
    from fiskil_harness.gate.practice_status import Status
    from fiskil_harness.gate.report.text import WIDTH, wrapped
    from fiskil_harness.gate.selftest import gallery
    from fiskil_harness.scenario import scenario

    click.echo("An app with one flaw, which the harness should find:", err=to_stderr)
    click.echo("\n".join(wrapped(f"{flawed.title}.", WIDTH, first_indent="  ", later_indent="  ")) + "\n", err=to_stderr)
    settings = with_interpretations(gallery.settings(flawed), interpretations)
    again_for_scenario = "fiskil-harness run {scenario}" + repeat_arguments(seed, None, flawed.name, interpretations)
    scenarios = [scenario.load(flawed.scenarios[0])]
    code, judgement = _run(scenarios, settings, seed, {}, again=again, again_for_scenario=again_for_scenario)
    if code not in {0, 1, 3}:
        return code
    violated = {status.practice for status in judgement.with_status(Status.VIOLATED)}
    missed = [practice_id for practice_id in flawed.violates if practice_id not in violated]
    if missed:
        click.echo(f"The flaw was not found: {', '.join(missed)} should be violated.", err=True)
        return 4
    click.echo(f"\nFound: {', '.join(flawed.violates)}.", err=to_stderr)
    return 0


def _open_gate(settings: "Settings", seed: int, reports: dict[str, Any], again: str) -> int:
    """Run a fast gate and return its exit code."""
    from fiskil_harness.core.config.given import is_in_config
    from fiskil_harness.gate.fast_selection import shortlist
    from fiskil_harness.scenario.scenario import load_all

    every = load_all()
    chosen = [
        scenario
        for scenario in shortlist(every, settings, budget_s=0)
        if all(is_in_config(settings, hook) for hook in scenario.needs)
    ]
    names = {scenario.name for scenario in chosen}
    left_out = tuple(scenario.name for scenario in every if scenario.name not in names)
    code, _ = _run(chosen, settings, seed, reports, again=again, left_out=left_out)
    return code


def _run(
    scenarios: "Sequence[Scenario]",
    settings: "Settings",
    seed: int,
    reports: dict[str, Any],
    *,
    again: str,
    again_for_scenario: str = "",
    left_out: tuple[str, ...] | None = None,
) -> "tuple[int, Judgement]":
    """Run scenarios, and report the judgement: that of a fast gate if *left_out* lists the scenarios that it leaves out."""
    from fiskil_harness.cli.results import RunRequest, conclude
    from fiskil_harness.core.clock import real_now, stopwatch
    from fiskil_harness.gate.judgement import judge, report_only
    from fiskil_harness.runner.session import default_workers

    workers = min(default_workers(settings)[0], len(scenarios))
    again_for_scenario = again_for_scenario or again
    request = RunRequest(command="demo", again=again, again_for_scenario=again_for_scenario, workers=workers, **reports)
    elapsed = stopwatch()
    session = play(scenarios, settings, seed, request)
    judge_with: dict[str, Any] = {"settings": settings, "seed": seed, "today": real_now().date()}
    if left_out is not None:
        judge_with |= {"is_whole": session.is_whole, "coverage_marks": session.coverage_marks}
        judge_with |= {"is_fast": True, "left_out": left_out}
    judgement = (report_only if left_out is None else judge)(session.outcomes, **judge_with)
    return conclude(judgement, session, settings=settings, request=request, took_s=elapsed()), judgement


def next_command() -> str:
    """Return the command that begins the test of an own app, as it can be typed in the current folder."""
    from fiskil_harness.core.config import FILE

    command = "doctor" if Path(FILE).exists() else "init"
    return f"{_program()} {command}"


def _program() -> str:
    """Return the words that call this program: its name if the PATH has it, else what the user typed."""
    called = Path(sys.argv[0])
    if shutil.which("fiskil-harness"):
        return "fiskil-harness"
    if called.name == "fiskil-harness":
        return shlex.quote(str(called))
    return f"{shlex.quote(sys.executable)} -m fiskil_harness"
