"""The ``demo`` command: runs the gate on a correct app, and then scenarios that find the flaw of another app."""

from typing import TYPE_CHECKING, Any

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.runs import arguments_of, play, with_interpretations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fiskil_harness.core.config import Settings
    from fiskil_harness.gate.judgement import Judgement
    from fiskil_harness.gate.selftest.gallery import GalleryApp
    from fiskil_harness.scenario.scenario import Scenario


@click.command(epilog=options.examples("fiskil-harness demo", "fiskil-harness demo --seed 7"))
@options.seed
@options.interpretations
@options.reports
def demo_command(seed: int, interpretations: tuple[str, ...], **reports: Any) -> int:
    """Run the gate on the reference app, which is correct, and then scenarios on a flawed app.

    \f
    Raises:
        UsageError: This installation has no reference app, or a report cannot be written.
    """
    from fiskil_harness.cli.results import STANDARD_OUTPUT
    from fiskil_harness.core import catalog
    from fiskil_harness.core.config import load
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.judgement import check
    from fiskil_harness.gate.report.text import WIDTH, wrapped
    from fiskil_harness.gate.selftest import gallery
    from fiskil_harness.scenario import scenario

    examples = catalog.folder("examples")
    if not (examples / "reference_app").is_dir():
        raise UsageError("This installation has no examples/reference_app, so the demo cannot run.")
    settings = with_interpretations(load(folder=examples / "reference_app"), interpretations)
    check(settings)
    to_stderr = reports["json_path"] == STANDARD_OUTPUT
    click.echo("1. The reference app: a small, correct integration. Its gate should open.\n", err=to_stderr)
    again = "fiskil-harness demo" + arguments_of({"--seed": seed, "--interpretation": interpretations})
    code, _ = _run(scenario.load_all(), settings, seed, reports, again=again, is_gate=True)
    if code != 0 or not (catalog.folder("gallery") / "flawed").is_dir():
        return code
    flawed = gallery.demo()
    click.echo("\n2. An app with one flaw, which the harness should find:", err=to_stderr)
    title = wrapped(f"{flawed.title}.", WIDTH, first_indent="   ", later_indent="   ")
    click.echo("\n".join(title) + "\n", err=to_stderr)
    scenarios = [scenario.load(name) for name in flawed.scenarios]
    settings = with_interpretations(gallery.settings(flawed), interpretations)
    code, judgement = _run(scenarios, settings, seed, {}, again=again, is_gate=False)
    return _conclude(code, judgement, flawed, to_stderr=to_stderr)


def _run(
    scenarios: "Sequence[Scenario]", settings: "Settings", seed: int, reports: dict[str, Any], *, again: str, is_gate: bool
) -> "tuple[int, Judgement]":
    from fiskil_harness.cli.results import RunRequest, conclude
    from fiskil_harness.core.clock import real_now, stopwatch
    from fiskil_harness.gate.judgement import judge, report_only
    from fiskil_harness.runner.session import default_workers

    workers = min(default_workers(settings), len(scenarios))
    request = RunRequest(command="demo", again=again, again_for_scenario=again, workers=workers, **reports)
    elapsed = stopwatch()
    session = play(scenarios, settings, seed, request)
    judge_with: dict[str, Any] = {"settings": settings, "seed": seed, "today": real_now().date()}
    if is_gate:
        judge_with |= {"is_whole": session.is_whole, "coverage_marks": session.coverage_marks}
    judgement = (judge if is_gate else report_only)(session.outcomes, **judge_with)
    return conclude(judgement, session, settings=settings, request=request, took_s=elapsed()), judgement


def _conclude(code: int, judgement: "Judgement", flawed: "GalleryApp", *, to_stderr: bool) -> int:
    from fiskil_harness.gate.practice_status import Status

    if code not in {0, 1, 3}:
        return code
    violated = {status.practice for status in judgement.with_status(Status.VIOLATED)}
    missed = [practice_id for practice_id in flawed.violates if practice_id not in violated]
    if missed:
        click.echo(f"The flaw was not found: {', '.join(missed)} should be violated.", err=True)
        return 4
    click.echo(f"\nFound: {', '.join(flawed.violates)}.", err=to_stderr)
    click.echo("To test your own app: fiskil-harness init", err=to_stderr)
    return 0
