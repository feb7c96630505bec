"""What ``--api hosted`` does in gate and run: a rehearsal before Fiskil's own API, which is only read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from fiskil_harness.core.config import Settings

HOSTED = "hosted"


def refuse_local_writes(api: str, *, lets_write: bool) -> None:
    """Refuse ``--allow-writes`` where nobody asked for the hosted API.

    Raises:
        UsageError: It says nothing there.
    """
    from fiskil_harness.errors import UsageError

    if lets_write and api != HOSTED:
        raise UsageError("--allow-writes is for --api hosted; the local Fiskil takes every write. Leave it out.")


def before_hosted(
    names: Sequence[str],
    settings: "Settings",
    seed: int,
    config_file: Path | None,
    interpretations: Sequence[str],
    alone: Mapping[str, object],
    *,
    lets_write: bool,
    **reports: Any,
) -> int:
    """Run the scenarios that *names* mean, or the gate without any, report, and return the exit code.

    Args:
        alone: Options that make no sense here, with what was given for them.
    """
    from fiskil_harness.cli.results import Request, conclude
    from fiskil_harness.cli.run_options import quoted, tail_of
    from fiskil_harness.cli.screen import Progress
    from fiskil_harness.core.clock import real_now, stopwatch
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate import hosted_run
    from fiskil_harness.runner.hosted import eligibility
    from fiskil_harness.runner.hosted.address import address_of

    given = [name for name, value in alone.items() if value]
    if given:
        raise UsageError(f"--api hosted goes with no {', '.join(given)}. Leave it out, or rehearse before the local Fiskil.")
    is_gate = not names
    scenarios, lines = eligibility.select(names) if names else (list(eligibility.scenarios().values()), [])
    address_of(settings)
    tail = f"{tail_of(seed, config_file, None, interpretations)} --api hosted{' --allow-writes' if lets_write else ''}"
    command = "gate" if is_gate else "run"
    asked = Request(
        command=f"{command} --api hosted",
        again=f"fiskil-harness gate{tail}" if is_gate else f"fiskil-harness run {quoted(names)}{tail}",
        again_for_scenario=f"fiskil-harness run {{scenario}}{tail}",
        **reports,
    )
    asked.check()
    elapsed = stopwatch()
    click.echo(f"{settings.hosted.url}: {hosted_run.bounds(settings, lets_write=lets_write)}.", err=True)
    with Progress([scenario.name for scenario in scenarios]) as progress:
        done = hosted_run.rehearse(
            scenarios,
            settings=settings,
            seed=seed,
            lets_write=lets_write,
            looks_at_contract=is_gate,
            progress=progress,
            tells_har=asked.har_path is not None,
        )
    lines = [*lines, f"--api hosted: {hosted_run.bounds(settings, lets_write=lets_write)}"]
    judgement = hosted_run.judge(done, settings=settings, seed=seed, today=real_now().date(), is_gate=is_gate, lines=lines)
    code = conclude(judgement, done.rehearsal, settings=settings, asked=asked, took_s=elapsed())
    traffic = done.traffic
    click.echo(
        f"To {settings.hosted.url} went {traffic.of_app} of at most {traffic.most} requests of the app, "
        f"and {traffic.of_ours} of our own.",
        err=True,
    )
    return code
