"""The command that shows the main job: a gate that opens for a correct app and stays shut for a flawed one."""

import os
from typing import TYPE_CHECKING, Any

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.run_options import again_under, under

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fiskil_harness.core.config import Settings
    from fiskil_harness.gate.judgement import Judgement
    from fiskil_harness.gate.selftest.gallery import GalleryApp
    from fiskil_harness.scenario.scenario import Scenario

MOST_WORKERS = 2
"""Enough to end within two minutes, few enough to leave the app under test its share of a small machine."""


@click.command(epilog=options.examples("fiskil-harness demo", "fiskil-harness demo --seed 7"))
@options.seed
@options.interpretations
@options.reports
def demo_command(seed: int, interpretations: tuple[str, ...], **reports: Any) -> int:
    """Run the gate on the reference app, which is correct, then on a flawed copy of it."""
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
        raise UsageError("This installation has no examples/reference_app, so there is nothing to show.")
    settings = under(load(folder=examples / "reference_app"), interpretations)
    check(settings)
    is_aside = reports["json_path"] == STANDARD_OUTPUT
    click.echo("1. The reference app: a small, correct integration. Its gate should open.\n", err=is_aside)
    again = f"fiskil-harness demo --seed {seed}" + again_under(interpretations)
    code, _ = _rehearse(scenario.load_all(), settings, seed, reports, again=again, is_gate=True)
    if code != 0 or not (catalog.folder("gallery") / "flawed").is_dir():
        return code
    flawed = gallery.demo()
    click.echo("\n2. An app with one flaw, whose gate must stay shut:", err=is_aside)
    click.echo("\n".join(wrapped(f"{flawed.title}.", WIDTH, first_indent="   ", later_indent="   ")) + "\n", err=is_aside)
    scenarios = [scenario.load(name) for name in flawed.scenarios]
    code, judgement = _rehearse(
        scenarios, under(gallery.settings(flawed), interpretations), seed, {}, again=again, is_gate=False
    )
    return _verdict(code, judgement, flawed, is_aside=is_aside)


def _rehearse(
    scenarios: "Sequence[Scenario]", settings: "Settings", seed: int, reports: dict[str, Any], *, again: str, is_gate: bool
) -> "tuple[int, Judgement]":
    from fiskil_harness.cli.results import Request, conclude
    from fiskil_harness.cli.screen import Progress
    from fiskil_harness.core.clock import real_now, stopwatch
    from fiskil_harness.gate.judgement import judge, report_only
    from fiskil_harness.runner.session import can_share_out, rehearse

    workers = min(MOST_WORKERS, os.cpu_count() or 1, len(scenarios)) if can_share_out(settings) else 1
    asked = Request(command="demo", again=again, again_for_scenario=again, workers=workers, **reports)
    asked.check()
    elapsed = stopwatch()
    with Progress([scenario.name for scenario in scenarios], workers=workers) as progress:
        rehearsal = rehearse(
            scenarios,
            settings=settings,
            seed=seed,
            workers=workers,
            progress=progress,
            tells_har=asked.har_path is not None,
        )
    told: Any = {"settings": settings, "seed": seed, "today": real_now().date()}
    if is_gate:
        judgement = judge(rehearsal.outcomes, **told, is_whole=rehearsal.is_whole, met=rehearsal.coverage_marks)
    else:
        judgement = report_only(rehearsal.outcomes, **told)
    return conclude(judgement, rehearsal, settings=settings, asked=asked, took_s=elapsed()), judgement


def _verdict(code: int, judgement: "Judgement", flawed: "GalleryApp", *, is_aside: bool) -> int:
    from fiskil_harness.gate.practice_status import Status

    if code not in {0, 1, 3}:
        return code
    found = {status.practice for status in judgement.with_status(Status.VIOLATED)}
    missed = [violate for violate in flawed.violates if violate not in found]
    if missed:
        click.echo(f"The flaw was not caught: {', '.join(missed)} should be violated.", err=True)
        return 4
    click.echo(f"\nCaught: {', '.join(flawed.violates)}.", err=is_aside)
    click.echo("To ask the same of your own app: fiskil-harness init", err=is_aside)
    return 0
