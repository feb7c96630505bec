"""Commands that rehearse an app in some scenarios: run, replay and webhooks."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.hosted import HOSTED, before_hosted, refuse_local_writes
from fiskil_harness.cli.receiver_options import burden_of, burdened, options_of, settings_at
from fiskil_harness.cli.run_options import again_under, app_of, quoted, rehearse, settings_of, tail_of, under
from fiskil_harness.core.config.hooks import EFFECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fiskil_harness.scenario.scenario import Scenario
    from fiskil_harness.scenario.selection import Phase


@click.command(
    epilog=options.examples(
        "fiskil-harness run webhook_repeated",
        "fiskil-harness run 'webhook_*' --seed 42",
        "fiskil-harness run rehearsals/our_own.py",
        "fiskil-harness run webhook_repeated --save plan.json",
        "fiskil-harness run token_expires_early --pause",
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
@options.writes
@click.option("--save", "save_path", metavar="FILE", type=options.FILE, help="Write the plan instead of running it.")
@options.pause
@options.reports
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
    lets_write: bool,
    **reports: Any,
) -> int:
    """Run scenarios by NAME: a name, a pattern, or a scenario file of your own."""
    from fiskil_harness.cli.results import Request
    from fiskil_harness.scenario.selection import select_from, with_plans

    refuse_local_writes(api, lets_write=lets_write)
    if api == HOSTED:
        drawn = {"--plans": plan_count, "--shrink-s": shrink_s}
        alone = {**drawn, "--gallery": gallery_name, "--workers": workers > 1, "--save": save_path, "--pause": is_paused}
        settings = settings_of(config_file, gallery_name, interpretations)
        return before_hosted(names, settings, seed, config_file, interpretations, alone, lets_write=lets_write, **reports)
    found, paths = select_from(names)
    scenarios = with_plans(found, plan_count, shrink_s)
    if save_path is not None:
        return _save(scenarios, seed, save_path, interpretations)
    tail = tail_of(seed, config_file, gallery_name, interpretations) + _with_plans(plan_count, shrink_s)
    asked = Request(
        command="run",
        again=f"fiskil-harness run {quoted(names)}{tail}",
        again_for_scenario=f"fiskil-harness run {{scenario}}{tail}",
        replay_with=app_of(config_file, gallery_name, interpretations),
        paths=paths,
        workers=workers,
        **reports,
    )
    return rehearse(scenarios, settings_of(config_file, gallery_name, interpretations), seed, asked, is_paused=is_paused)


@click.command(
    epilog=options.examples(
        "fiskil-harness replay fiskil-plans/plan.json",
        "fiskil-harness replay plan.json --config staging.toml",
        "fiskil-harness replay plan.json --as-test tests/test_webhooks.py",
        "fiskil-harness replay plan.json --secret-env FISKIL_WEBHOOK_SECRET \\",
        "    --url http://127.0.0.1:8000/webhooks/fiskil",
    )
)
@click.argument("plan", metavar="FILE", type=options.FILE)
@click.option(
    "--as-test",
    "test_path",
    metavar="TEST",
    type=options.FILE,
    help="Write what the plan sends as a pytest file that needs no harness, and as curl lines beside it (.sh).",
)
@options.config
@options.gallery
@click.option(
    "--url", metavar="URL", help="Take the webhook receiver at URL, which is running already, instead of a config."
)
@options.receiver
@options.interpretations
@options.pause
@options.reports
def replay_command(
    plan: Path,
    test_path: Path | None,
    config_file: Path | None,
    gallery_name: str | None,
    url: str | None,
    secret_env: str | None,
    effects: str | None,
    uses_events: tuple[str, ...],
    scheme: str | None,
    interpretations: tuple[str, ...],
    is_paused: bool,
    **reports: Any,
) -> int:
    """Run the plan in FILE again, with the seed that it holds.

    Plans are written by `run --save`, and by random plans that fail. A receiver that `webhooks` met is met again with --url
    and the same options. With --as-test the run is also written down as a plain
    pytest file, which sends the same to any receiver and asks what the plan found broken.
    """
    from fiskil_harness.cli.results import Request
    from fiskil_harness.errors import UsageError
    from fiskil_harness.scenario.scenario import read_plan
    from fiskil_harness.scenario.selection import from_plan

    saved, scenario = read_plan(plan), from_plan(plan)
    if url is not None:
        if config_file is not None or gallery_name is not None:
            raise UsageError("--url names the app, so neither --config nor --gallery can. Leave one out.")
        settings = under(settings_at(url, secret_env, effects, uses_events, scheme), interpretations)
        met_by = (
            f" --url {quoted([url])}" + options_of(secret_env, effects, uses_events, scheme) + again_under(interpretations)
        )
    elif secret_env or effects or uses_events or scheme:
        raise UsageError(
            "--secret-env, --effects, --uses-events and --scheme tell of a receiver at --url. Add it, or leave them out."
        )
    else:
        settings = settings_of(config_file, gallery_name, interpretations)
        met_by = app_of(config_file, gallery_name, interpretations)
    if test_path is not None:
        from fiskil_harness.cli.export_test import write_as_test

        return write_as_test(scenario, settings, seed=saved.seed, plan=plan, path=test_path)
    again = f"fiskil-harness replay {quoted([str(plan)])}{met_by}"
    asked = Request(command="replay", again=again, again_for_scenario=again, replay_with=met_by, **reports)
    return rehearse([scenario], settings, saved.seed, asked, is_paused=is_paused)


@click.command(
    epilog=options.examples(
        "fiskil-harness webhooks http://127.0.0.1:8000/webhooks/fiskil \\",
        "    --secret-env FISKIL_WEBHOOK_SECRET",
        "fiskil-harness webhooks http://127.0.0.1:8000/webhooks/fiskil \\",
        "    --secret-env FISKIL_WEBHOOK_SECRET --uses-events '*' \\",
        "    --effects 'GET /_harness/effects?end_user_id={end_user_id}'",
        "fiskil-harness webhooks http://127.0.0.1:8000/webhooks/fiskil \\",
        "    --secret-env FISKIL_WEBHOOK_SECRET --phase random --plans 200",
        "fiskil-harness webhooks http://127.0.0.1:8000/webhooks/fiskil \\",
        "    --secret-env FISKIL_WEBHOOK_SECRET --heavy --body-bytes 1048576",
    )
)
@click.argument("url", metavar="URL")
@options.receiver
@click.option(
    "--phase",
    type=click.Choice(["direct", "random", "all"]),
    default="all",
    show_default=True,
    help="Named deliveries in a fixed order, plans drawn from the seed, or both.",
)
@options.plans
@options.heavy
@options.interpretations
@options.seed
@options.reports
def webhooks_command(
    url: str,
    secret_env: str | None,
    effects: str | None,
    uses_events: tuple[str, ...],
    scheme: str | None,
    phase: "Phase",
    plan_count: int | None,
    shrink_s: float | None,
    is_heavy: bool,
    body_bytes: int | None,
    body_s: float | None,
    interpretations: tuple[str, ...],
    seed: int,
    **reports: Any,
) -> int:
    """Rehearse the webhook receiver at URL, which is running already.

    Without --effects only answers can be seen, and answers prove little: give it, and what the app did can be judged.
    Long and slow bodies come only with --heavy. How long the receiver reads them is told, and judged where it promises a
    bound: --body-bytes, --body-s.
    """
    from fiskil_harness.cli.results import Request
    from fiskil_harness.errors import UsageError
    from fiskil_harness.scenario.selection import about_receivers, with_plans

    if not is_heavy and (body_bytes is not None or body_s is not None):
        raise UsageError("--body-bytes and --body-s say what --heavy tries. Add it, or leave them out.")
    if is_heavy and phase == "random":
        raise UsageError("--heavy adds named deliveries, and --phase random makes none. Leave one of them out.")
    settings = under(settings_at(url, secret_env, effects, uses_events, scheme), interpretations)
    if is_heavy:
        settings = burdened(settings, body_bytes=body_bytes, body_s=body_s)
    known = with_plans(about_receivers(phase, is_heavy=is_heavy), plan_count, shrink_s)
    within_reach = [scenario for scenario in known if set(scenario.needs) <= {EFFECTS}]
    left_out = [f"{scenario.name} needs {', '.join(scenario.needs)}" for scenario in known if scenario not in within_reach]
    met_by = options_of(secret_env, effects, uses_events, scheme)
    again = f"fiskil-harness webhooks {quoted([url])}{met_by}"
    again += (f" --phase {phase}" if phase != "all" else "") + _with_plans(plan_count, shrink_s)
    again += burden_of(is_heavy=is_heavy, body_bytes=body_bytes, body_s=body_s)
    again += f" --seed {seed}" + again_under(interpretations)
    replay_with = f" --url {quoted([url])}{met_by}{again_under(interpretations)}"
    asked = Request(command="webhooks", again=again, again_for_scenario=again, replay_with=replay_with, **reports)
    return rehearse(within_reach, settings, seed, asked, left_out=left_out)


def _with_plans(plan_count: int | None, shrink_s: float | None) -> str:
    tail = f" --plans {plan_count}" if plan_count is not None else ""
    return tail + (f" --shrink-s {shrink_s:g}" if shrink_s is not None else "")


def _save(scenarios: "Sequence[Scenario]", seed: int, path: Path, interpretations: "Sequence[str]") -> int:
    import msgspec

    from fiskil_harness.core.clauses import parse
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.report import files
    from fiskil_harness.scenario.scenario import dump_plan

    if len(scenarios) != 1:
        raise UsageError(f"--save writes one plan, and {len(scenarios)} scenarios were named. Name one.")
    scenario = msgspec.structs.replace(
        scenarios[0], interpretations={**parse(interpretations), **scenarios[0].interpretations}
    )
    files.write(path, dump_plan(scenario, seed=seed))
    click.echo(f"Wrote {path}. Run it with: fiskil-harness replay {path}")
    return 0
