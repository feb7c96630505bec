"""Commands that rehearse an app: gate, run, replay and webhooks."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.cli.outcome import Asked
    from harness.scenario import Scenario
    from harness.settings import Settings

EFFECTS = "app.observe.effects"


@click.command(
    epilog=options.examples(
        "fiskil-harness gate",
        "fiskil-harness gate --seed 7 --workers 2",
        "fiskil-harness gate --json report.json --junit report.xml",
        "fiskil-harness gate --gallery no_dedupe",
    )
)
@options.seed
@options.config
@options.gallery
@options.workers
@options.reports
def gate_command(seed: int, config_file: Path | None, gallery_name: str | None, workers: int, **reports: Any) -> int:
    """Run every scenario; the gate opens when nothing is violated and everything required is proven."""
    from harness import gate, scenario
    from harness.cli.outcome import Asked

    settings = _settings(config_file, gallery_name)
    gate.check(settings)
    tail = _tail(seed, config_file, gallery_name)
    more = f" --workers {workers}" if workers > 1 else ""
    asked = Asked(
        command="gate",
        again=f"fiskil-harness gate{tail}{more}",
        again_one=f"fiskil-harness run {{scenario}}{tail}",
        workers=workers,
        **reports,
    )
    return _rehearse(scenario.load_all(), settings, seed, asked, is_gate=True)


@click.command(
    epilog=options.examples(
        "fiskil-harness run webhook_repeated",
        "fiskil-harness run 'webhook_*' --seed 42",
        "fiskil-harness run rehearsals/our_own.py",
        "fiskil-harness run webhook_repeated --save plan.json",
        "fiskil-harness run webhook_repeated --gallery no_dedupe",
    )
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True, shell_complete=options.scenario_names)
@options.seed
@options.config
@options.gallery
@options.workers
@click.option("--save", "save_path", metavar="FILE", type=options.FILE, help="Write the plan instead of running it.")
@options.reports
def run_command(
    names: tuple[str, ...],
    seed: int,
    config_file: Path | None,
    gallery_name: str | None,
    workers: int,
    save_path: Path | None,
    **reports: Any,
) -> int:
    """Run scenarios by NAME: a name, a pattern, or a scenario file of your own."""
    from harness.cli.outcome import Asked
    from harness.selection import select

    scenarios = select(names)
    if save_path is not None:
        return _save(scenarios, seed, save_path)
    tail = _tail(seed, config_file, gallery_name)
    asked = Asked(
        command="run",
        again=f"fiskil-harness run {_quoted(names)}{tail}",
        again_one=f"fiskil-harness run {{scenario}}{tail}",
        workers=workers,
        **reports,
    )
    return _rehearse(scenarios, _settings(config_file, gallery_name), seed, asked)


@click.command(
    epilog=options.examples(
        "fiskil-harness replay fiskil-plans/plan.json",
        "fiskil-harness replay plan.json --config staging.toml",
    )
)
@click.argument("plan", metavar="FILE", type=options.FILE)
@options.config
@options.reports
def replay_command(plan: Path, config_file: Path | None, **reports: Any) -> int:
    """Run the plan in FILE again, with the seed that it holds.

    Plans are written by `run --save`, and by random plans that fail.
    """
    from harness.cli.outcome import Asked
    from harness.scenario import read_plan
    from harness.selection import from_plan
    from harness.settings import load

    saved, scenario = read_plan(plan), from_plan(plan)
    again = f"fiskil-harness replay {_quoted([str(plan)])}" + (f" --config {config_file}" if config_file else "")
    asked = Asked(command="replay", again=again, again_one=again, **reports)
    return _rehearse([scenario], load(config_file), saved.seed, asked)


@click.command(
    epilog=options.examples(
        "fiskil-harness webhooks http://127.0.0.1:8000/webhooks/fiskil \\",
        "    --secret-env FISKIL_WEBHOOK_SECRET",
        "fiskil-harness webhooks http://127.0.0.1:8000/webhooks/fiskil \\",
        "    --secret-env FISKIL_WEBHOOK_SECRET --uses-events '*' \\",
        "    --effects 'GET /_harness/effects?end_user_id={end_user_id}'",
    )
)
@click.argument("url", metavar="URL")
@click.option("--secret-env", metavar="NAME", required=True, help="The variable that holds the app's signing secret.")
@click.option("--effects", metavar="REQUEST", help="How to ask what the app did, like 'GET /effects'.")
@click.option("--uses-events", metavar="KIND", multiple=True, help="An event kind that the app acts on; may be repeated.")
@options.seed
@options.reports
def webhooks_command(
    url: str, secret_env: str, effects: str | None, uses_events: tuple[str, ...], seed: int, **reports: Any
) -> int:
    """Rehearse the webhook receiver at URL, which is running already.

    Without --effects only answers can be seen, and answers prove little: give it, and what the app did can be judged.
    """
    from harness import scenario
    from harness.cli.outcome import Asked

    settings = _receiver_settings(url, secret_env, effects, uses_events)
    known = [one for one in scenario.load_all() if one.name.startswith("webhook_") or one.name.endswith("_explored")]
    within_reach = [one for one in known if set(one.needs) <= {EFFECTS}]
    left_out = [f"{one.name} needs {', '.join(one.needs)}" for one in known if one not in within_reach]
    again = f"fiskil-harness webhooks {_quoted([url])} --secret-env {secret_env}"
    again += f" --effects {_quoted([effects])}" if effects else ""
    again += "".join(f" --uses-events {_quoted([kind])}" for kind in uses_events) + f" --seed {seed}"
    asked = Asked(command="webhooks", again=again, again_one=again, **reports)
    return _rehearse(within_reach, settings, seed, asked, left_out=left_out)


def _rehearse(
    scenarios: "Sequence[Scenario]",
    settings: "Settings",
    seed: int,
    asked: "Asked",
    *,
    is_gate: bool = False,
    left_out: "Sequence[str]" = (),
) -> int:
    from harness import gate
    from harness.cli.outcome import conclude
    from harness.cli.screen import Progress
    from harness.clock import real_now, stopwatch
    from harness.runner import rehearse

    asked.check()
    elapsed = stopwatch()
    with Progress(len(scenarios)) as progress:
        rehearsal = rehearse(scenarios, settings=settings, seed=seed, workers=asked.workers, progress=progress)
    today = real_now().date()
    if is_gate:
        judgement = gate.judge(rehearsal.outcomes, settings=settings, seed=seed, today=today, is_whole=rehearsal.is_whole)
    else:
        judgement = gate.report_only(rehearsal.outcomes, settings=settings, seed=seed, today=today, left_out=tuple(left_out))
    return conclude(judgement, rehearsal, settings=settings, asked=asked, took_s=elapsed())


def _save(scenarios: "Sequence[Scenario]", seed: int, path: Path) -> int:
    from harness.errors import UsageError
    from harness.report import files
    from harness.scenario import dump_plan

    if len(scenarios) != 1:
        raise UsageError(f"--save writes one plan, and {len(scenarios)} scenarios were named. Name one.")
    files.write(path, dump_plan(scenarios[0], seed=seed))
    click.echo(f"Wrote {path}. Run it with: fiskil-harness replay {path}")
    return 0


def _receiver_settings(url: str, secret_env: str, effects: str | None, uses_events: tuple[str, ...]) -> "Settings":
    from urllib.parse import urlsplit

    from harness.errors import ConfigError
    from harness.settings import environment, parse
    from harness.webhooks import Target
    from harness.webhooks.signature import key_of

    Target.of(url)
    secret = environment(secret_env)
    if secret is None:
        raise ConfigError(f"{secret_env} is not set. Put the signing secret there, or name another variable.")
    key_of(secret)
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    app: dict[str, Any] = {"url": f"{parts.scheme}://{parts.netloc}", "webhook": {"path": path}}
    if effects:
        app["observe"] = {"effects": effects}
    if uses_events:
        app["facts"] = {"uses_events": list(uses_events)}
    raw = {"app": app, "sandbox": {"webhook_secret_env": secret_env}}
    return parse(raw, folder=Path.cwd(), source="the command line")


def _settings(config_file: Path | None, gallery_name: str | None) -> "Settings":
    from harness import gallery
    from harness.errors import UsageError
    from harness.settings import load

    if gallery_name is None:
        return load(config_file)
    if config_file is not None:
        raise UsageError("--gallery names an app and its config, so --config cannot name another. Leave one out.")
    entry = gallery.app(gallery_name)
    missing = gallery.missing_tool(entry)
    if missing:
        raise UsageError(f"The gallery app {entry.name!r} needs {missing}. Install it, or take another app.")
    return gallery.settings(entry)


def _tail(seed: int, config_file: Path | None, gallery_name: str | None = None) -> str:
    tail = f" --seed {seed}"
    if config_file is not None:
        tail += f" --config {_quoted([str(config_file)])}"
    return tail + (f" --gallery {gallery_name}" if gallery_name else "")


def _quoted(words: "Sequence[str]") -> str:
    import shlex

    return shlex.join(words)
