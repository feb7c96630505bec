"""The ``replay`` command: runs a saved plan again."""

import shlex
from pathlib import Path
from typing import Any

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.receiver_arguments import receiver_arguments, receiver_settings
from fiskil_harness.cli.runs import app_arguments, arguments_of, load_settings, run_and_report, with_interpretations


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
@click.option("--url", metavar="URL", help="Use the webhook receiver at URL, which is already running, instead of a config.")
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
    """Run the plan in FILE again, with the seed that it contains.

    `run --save` writes a plan, and every command saves the generated plans that failed. For a plan from `webhooks`, give
    --url and the same options. With --as-test the run is also written as a plain pytest file, which sends the same requests
    to any receiver and asserts what failed in the plan.

    \f
    Raises:
        ConfigError: The config is invalid.
        UsageError: The options exclude each other, or a file cannot be read or written.
    """
    from fiskil_harness.cli.results import RunRequest
    from fiskil_harness.core.config import load_plugins
    from fiskil_harness.errors import UsageError
    from fiskil_harness.scenario.scenario import read_plan
    from fiskil_harness.scenario.selection import from_plan

    load_plugins(config_file)
    saved, scenario = read_plan(plan), from_plan(plan)
    if url is not None:
        if config_file is not None or gallery_name is not None:
            raise UsageError("--url names the app, so it cannot be combined with --config or --gallery. Remove one of them.")
        settings = with_interpretations(receiver_settings(url, secret_env, effects, uses_events, scheme), interpretations)
        arguments = arguments_of({"--url": url}) + receiver_arguments(secret_env, effects, uses_events, scheme)
        arguments += arguments_of({"--interpretation": interpretations})
    elif secret_env or effects or uses_events or scheme:
        raise UsageError(
            "--secret-env, --effects, --uses-events and --scheme describe a receiver at --url. Add --url, or remove them."
        )
    else:
        settings = load_settings(config_file, gallery_name, interpretations)
        arguments = app_arguments(config_file, gallery_name, interpretations)
    if test_path is not None:
        from fiskil_harness.cli.export_test import write_as_test

        return write_as_test(scenario, settings, seed=saved.seed, plan=plan, path=test_path)
    again = f"fiskil-harness replay {shlex.quote(str(plan))}{arguments}"
    request = RunRequest(command="replay", again=again, again_for_scenario=again, replay_with=arguments, **reports)
    return run_and_report([scenario], settings, saved.seed, request, is_paused=is_paused)
