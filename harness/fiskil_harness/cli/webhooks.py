"""The ``webhooks`` command: tests a webhook receiver that is already running."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fiskil_harness.cli import options
from fiskil_harness.cli.receiver_arguments import (
    receiver_arguments,
    receiver_settings,
    settings_of_folder,
    with_body_limits,
)
from fiskil_harness.cli.runs import arguments_of, run_and_report, with_interpretations
from fiskil_harness.core.config.given import is_in_config
from fiskil_harness.core.config.hooks import EFFECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fiskil_harness.scenario.scenario import Scenario
    from fiskil_harness.scenario.selection import Phase


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
@options.config
@click.option(
    "--scenario",
    "names",
    metavar="NAME",
    multiple=True,
    shell_complete=options.scenario_names,
    help="Run only this scenario of the phase; may be repeated.",
)
@click.option(
    "--phase",
    type=click.Choice(["direct", "random", "all"]),
    default="all",
    show_default=True,
    help="Named deliveries in a fixed order, plans generated from the seed, or both.",
)
@options.plans
@options.heavy
@options.interpretations
@options.seed
@options.verbose
@options.reports
def webhooks_command(
    url: str,
    secret_env: str | None,
    effects: str | None,
    uses_events: tuple[str, ...],
    scheme: str | None,
    config_file: Path | None,
    names: tuple[str, ...],
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
    """Test the webhook receiver at URL, which is already running.

    Without --effects the harness judges the responses: forged messages that are accepted, genuine ones that are refused or
    acknowledged late, errors with a stack trace. With it, it also examines what the app did. Without --effects and --scheme,
    a fiskil-harness.toml in the current folder, or --config FILE, is used if it describes the app at URL.
    Long and slow bodies are sent only with --heavy. The report states how long the receiver reads them, and judges it if
    the receiver promises a limit: --body-bytes, --body-s.

    \f
    Raises:
        ConfigError: The secret or an effects URL is invalid.
        UsageError: The options exclude each other, or a report cannot be written.
    """
    from fiskil_harness.cli.results import RunRequest
    from fiskil_harness.core.config import load_plugins
    from fiskil_harness.errors import UsageError
    from fiskil_harness.scenario.selection import receiver_scenarios, with_plans

    if not is_heavy and (body_bytes is not None or body_s is not None):
        raise UsageError("--body-bytes and --body-s are limits for --heavy. Add --heavy, or remove them.")
    if is_heavy and phase == "random":
        raise UsageError("--heavy adds named deliveries, and --phase random has none. Remove one of them.")
    if config_file is not None and (effects or scheme):
        raise UsageError("--effects and --scheme replace the config, so they cannot be combined with --config. Remove one.")
    load_plugins(config_file)
    settings, note = (None, "")
    if not effects and not scheme:
        settings, note = settings_of_folder(url, secret_env, uses_events, config_file=config_file)
    has_config = settings is not None
    if note:
        click.echo(note, err=True)
    settings = settings or receiver_settings(url, secret_env, effects, uses_events, scheme)
    settings = with_interpretations(settings, interpretations)
    if is_heavy:
        settings = with_body_limits(settings, body_bytes=body_bytes, body_s=body_s)
    scenarios = with_plans(_chosen(receiver_scenarios(phase, is_heavy=is_heavy), names), plan_count, shrink_s)
    playable = [
        scenario for scenario in scenarios if all(hook == EFFECTS or is_in_config(settings, hook) for hook in scenario.needs)
    ]
    left_out = [f"{scenario.name} needs {', '.join(scenario.needs)}" for scenario in scenarios if scenario not in playable]
    receiver = receiver_arguments(secret_env, effects, uses_events, scheme)
    repeated = {
        "--config": config_file,
        "--phase": phase if phase != "all" else "",
        "--plans": plan_count,
        "--shrink-s": shrink_s,
        "--heavy": is_heavy,
        "--body-bytes": body_bytes,
        "--body-s": body_s,
        "--seed": seed,
        "--interpretation": interpretations,
    }
    same = f"fiskil-harness webhooks {shlex.quote(url)}{receiver}{arguments_of(repeated)}"
    is_config_enough = has_config and not secret_env and not uses_events
    app = arguments_of({"--config": config_file}) if is_config_enough else arguments_of({"--url": url}) + receiver
    request = RunRequest(
        command="webhooks",
        again=same + arguments_of({"--scenario": names}),
        again_for_scenario=f"{same} --scenario {{scenario}}",
        replay_with=app + arguments_of({"--interpretation": interpretations}),
        **reports,
    )
    return run_and_report(playable, settings, seed, request, left_out=left_out)


def _chosen(scenarios: "Sequence[Scenario]", names: "Sequence[str]") -> "Sequence[Scenario]":
    """Return the scenarios called *names*; all of them if *names* is empty.

    Raises:
        UnknownName: None of the scenarios has one of the names.
    """
    from fiskil_harness.errors import UnknownName

    known = [scenario.name for scenario in scenarios]
    for name in names:
        if name not in known:
            raise UnknownName("scenario about a receiver", name, known)
    return [scenario for scenario in scenarios if scenario.name in names or not names]
