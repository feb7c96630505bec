"""The option ``--api hosted`` of gate and run: a run against Fiskil's own API, which is read-only by default."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fiskil_harness.errors import UsageError

if TYPE_CHECKING:
    from fiskil_harness.core.config import Settings

HOSTED = "hosted"


def refuse_local_writes(api: str, *, allow_writes: bool) -> None:
    """Raise an error if ``--allow-writes`` is given without ``--api hosted``.

    Raises:
        UsageError: *allow_writes* is set and *api* is not ``hosted``.
    """
    if allow_writes and api != HOSTED:
        raise UsageError("--allow-writes is for --api hosted; the local Fiskil accepts every write. Remove it.")


def run_hosted(
    names: Sequence[str],
    settings: "Settings",
    seed: int,
    config_file: Path | None,
    interpretations: Sequence[str],
    local_only: Mapping[str, object],
    *,
    allow_writes: bool,
    **reports: Any,
) -> int:
    """Run scenarios against the hosted API, report the results, and return the exit code.

    Args:
        names: Names or patterns of scenarios; empty runs the gate.
        local_only: Options that do not work with ``--api hosted``, with their values.
        reports: The paths of the report files, by option.

    Raises:
        UsageError: One of the options in *local_only* is given.
        ConfigError: Credentials or an end user are missing.
        UnsafeTarget: The host of the URL is not allowed, or the account looks like a production account.
    """
    from fiskil_harness.cli.results import RunRequest, conclude
    from fiskil_harness.cli.runs import arguments_of, repeat_arguments
    from fiskil_harness.cli.screen import Progress
    from fiskil_harness.core.clock import real_now, stopwatch
    from fiskil_harness.gate import hosted_run
    from fiskil_harness.runner.hosted import eligibility
    from fiskil_harness.runner.hosted.address import address_of

    unsupported = [name for name, value in local_only.items() if value]
    if unsupported:
        raise UsageError(f"--api hosted does not work with {', '.join(unsupported)}. Remove it, or use the local Fiskil.")
    is_gate = not names
    scenarios, lines = eligibility.select(names) if names else (list(eligibility.scenarios().values()), [])
    address_of(settings)
    arguments = repeat_arguments(seed, config_file, None, interpretations)
    arguments += arguments_of({"--api": HOSTED, "--allow-writes": allow_writes})
    command = "gate" if is_gate else "run"
    request = RunRequest(
        command=f"{command} --api hosted",
        again=f"fiskil-harness gate{arguments}" if is_gate else f"fiskil-harness run {shlex.join(names)}{arguments}",
        again_for_scenario=f"fiskil-harness run {{scenario}}{arguments}",
        **reports,
    )
    request.check()
    elapsed = stopwatch()
    bounds = hosted_run.bounds(settings, allows_writes=allow_writes)
    click.echo(f"{settings.hosted.url}: {bounds}.", err=True)
    with Progress([scenario.name for scenario in scenarios]) as progress:
        run = hosted_run.run_hosted(
            scenarios,
            settings=settings,
            seed=seed,
            allows_writes=allow_writes,
            checks_contract=is_gate,
            progress=progress,
            records_har=request.har_path is not None,
            app_log=request.app_log_path,
        )
    lines = [*lines, f"--api hosted: {bounds}"]
    judgement = hosted_run.judge(run, settings=settings, seed=seed, today=real_now().date(), is_gate=is_gate, lines=lines)
    code = conclude(judgement, run.session, settings=settings, request=request, took_s=elapsed())
    sent = f"{run.requests_of_app} of at most {settings.hosted.most_requests} requests of the app"
    click.echo(f"Sent to {settings.hosted.url}: {sent}, and {run.requests_of_ours} of the harness.", err=True)
    return code
