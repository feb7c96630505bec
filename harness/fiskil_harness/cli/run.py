"""The ``run`` command: runs scenarios by name."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.hosted import HOSTED, refuse_local_writes, run_hosted
from fiskil_harness.cli.runs import (
    app_arguments,
    arguments_of,
    load_settings,
    repeat_arguments,
    run_and_report,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fiskil_harness.scenario.scenario import Scenario


@click.command(
    epilog=options.examples(
        "fiskil-harness run webhook_repeated",
        "fiskil-harness run 'webhook_*' --seed 42",
        "fiskil-harness run my_scenarios/our_own.py",
        "fiskil-harness run webhook_repeated --save plan.json",
        "fiskil-harness run token_expires_early --pause",
        "fiskil-harness run webhook_repeated --journal run.journal",
        "fiskil-harness run webhook_repeated --gallery no_dedupe",
        "fiskil-harness run happy_path --interpretation token.field=access_token",
    )
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True, shell_complete=options.scenario_names)
@options.seed
@options.config
@options.gallery
@options.workers
@options.interpretations
@options.plans
@options.api
@options.allow_writes
@click.option("--save", "save_path", metavar="FILE", type=options.FILE, help="Write the plan instead of running it.")
@options.pause
@options.reports
@options.journal_file
def run_command(
    names: tuple[str, ...],
    seed: int,
    config_file: Path | None,
    gallery_name: str | None,
    workers: int,
    interpretations: tuple[str, ...],
    plan_count: int | None,
    shrink_s: float | None,
    save_path: Path | None,
    is_paused: bool,
    api: str,
    allow_writes: bool,
    **reports: Any,
) -> int:
    """Run scenarios by NAME: a name, a pattern, or the file of your own scenario."""
    from fiskil_harness.cli.results import RunRequest
    from fiskil_harness.core.config import load_plugins
    from fiskil_harness.scenario.selection import select_from, with_plans

    refuse_local_writes(api, allow_writes=allow_writes)
    load_plugins(config_file)
    if api == HOSTED:
        local_only = {
            "--plans": plan_count,
            "--shrink-s": shrink_s,
            "--gallery": gallery_name,
            "--workers": workers > 1,
            "--save": save_path,
            "--pause": is_paused,
            "--journal": reports.get("journal_path"),
        }
        settings = load_settings(config_file, gallery_name, interpretations)
        return run_hosted(
            names, settings, seed, config_file, interpretations, local_only, allow_writes=allow_writes, **reports
        )
    selected, paths = select_from(names)
    scenarios = with_plans(selected, plan_count, shrink_s)
    if save_path is not None:
        return _save_plan(scenarios, seed, save_path, interpretations)
    arguments = repeat_arguments(seed, config_file, gallery_name, interpretations)
    arguments += arguments_of({"--plans": plan_count, "--shrink-s": shrink_s})
    request = RunRequest(
        command="run",
        again=f"fiskil-harness run {shlex.join(names)}{arguments}",
        again_for_scenario=f"fiskil-harness run {{scenario}}{arguments}",
        replay_with=app_arguments(config_file, gallery_name, interpretations),
        paths=paths,
        workers=workers,
        **reports,
    )
    settings = load_settings(config_file, gallery_name, interpretations)
    return run_and_report(scenarios, settings, seed, request, is_paused=is_paused)


def _save_plan(scenarios: "Sequence[Scenario]", seed: int, path: Path, interpretations: "Sequence[str]") -> int:
    import msgspec

    from fiskil_harness.core.clauses import parse
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.report import files
    from fiskil_harness.scenario.scenario import dump_plan

    if len(scenarios) != 1:
        raise UsageError(f"--save writes one plan, but {len(scenarios)} scenarios were named. Name one.")
    scenario = msgspec.structs.replace(
        scenarios[0], interpretations={**parse(interpretations), **scenarios[0].interpretations}
    )
    files.write(path, dump_plan(scenario, seed=seed))
    click.echo(f"Wrote {path}. Run it with: fiskil-harness replay {path}")
    return 0
