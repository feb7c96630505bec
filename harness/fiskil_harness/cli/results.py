"""From a rehearsal to what the reader gets: the report on the terminal, its files, and the exit code."""

import platform
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from fiskil_harness.cli.version import version
from fiskil_harness.core.clock import real_now, rfc3339
from fiskil_harness.core.config import Settings, environment
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import UsageError
from fiskil_harness.gate.digests import digest_of
from fiskil_harness.gate.judgement import Comparison, GateResult, Judgement, Run, Share
from fiskil_harness.gate.report import files
from fiskil_harness.gate.report.sealing import completed
from fiskil_harness.runner.session import SessionResult

STANDARD_OUTPUT = Path("-")
PLANS = Path("fiskil-plans")


class Request(Struct, frozen=True, kw_only=True):
    """What the reader asked for: how to run it again, a plan that failed included, and which reports to write."""

    command: str
    again: str
    again_for_scenario: str
    replay_with: str = ""
    paths: dict[str, str] = {}
    workers: int = 1
    json_path: Path | None = None
    junit_path: Path | None = None
    markdown_path: Path | None = None
    html_path: Path | None = None
    har_path: Path | None = None

    @property
    def files(self) -> tuple[Path | None, ...]:
        """Where each report goes that was asked for."""
        return self.json_path, self.junit_path, self.markdown_path, self.html_path, self.har_path

    def check(self) -> None:
        """Refuse report files that cannot be written, before anything runs."""
        for path in self.files:
            if path is not None and path != STANDARD_OUTPUT:
                files.refuse_unwritable(path)


def conclude(
    judgement: Judgement,
    rehearsal: SessionResult,
    *,
    settings: Settings,
    asked: Request,
    took_s: float,
    share: Share | None = None,
    compared: Comparison | None = None,
) -> int:
    """Show and write the report of what was run just now; return the exit code."""
    run = Run(
        command=asked.command,
        began_at=rfc3339(real_now() - timedelta(seconds=took_s)),
        took_s=round(took_s, 2),
        workers=asked.workers,
        config=settings.source,
        harness=version(),
        python=platform.python_version(),
        platform=platform.platform(),
        again=asked.again,
        again_for_scenario=asked.again_for_scenario,
        paths=asked.paths,
        was_interrupted=rehearsal.was_interrupted,
        faults=len(rehearsal.faults),
        plans=save_plans(rehearsal, redactor_of(settings)),
        replay_with=asked.replay_with,
        digest=digest_of(settings),
    )
    whole = GateResult(
        result=judgement,
        run=run,
        measured=rehearsal.measured,
        excerpts=rehearsal.excerpts,
        stories=rehearsal.stories,
        pictures=rehearsal.pictures,
        share=share,
        compared=compared,
    )
    return present(whole, settings=settings, asked=asked, faults=rehearsal.faults, hars=rehearsal.hars)


def present(
    whole: GateResult, *, settings: Settings, asked: Request, faults: Sequence[str] = (), hars: tuple[str, ...] = ()
) -> int:
    """Show and write a report, every secret taken out; return the exit code."""
    redactor = redactor_of(settings)
    # Pictures are no texts: a page that shows a secret is not taken.
    pictures, whole = whole.pictures, msgspec.structs.replace(whole, pictures=())
    whole = msgspec.convert(redactor.redact_tree(msgspec.to_builtins(whole)), GateResult)
    whole = msgspec.structs.replace(whole, pictures=pictures)
    whole = completed(whole, config=digest_of(settings))
    _show(whole, asked)
    for fault in faults:
        click.echo(redactor.redact(fault), err=True)
    _write(whole, asked, hars)
    return whole.exit_code


def redactor_of(settings: Settings) -> Redactor:
    """What this process may know of secrets: those that the environment gave it."""
    redactor = Redactor()
    if settings.sandbox.webhook_secret_env:
        redactor.register("webhook_secret", environment(settings.sandbox.webhook_secret_env))
    redactor.register("client_secret", environment(settings.hosted.client_secret_env))
    return redactor


def save_plans(rehearsal: SessionResult, redactor: Redactor) -> tuple[str, ...]:
    """Write every plan that failed into ``fiskil-plans/``; the paths, to be replayed."""
    from fiskil_harness.scenario.scenario import SavedPlan

    saved: list[str] = []
    for plan in rehearsal.plans:
        found = msgspec.json.decode(plan, type=SavedPlan)
        name = f"{found.scenario.name or 'plan'}-{found.seed}"
        path = PLANS / f"{name}.json"
        try:
            PLANS.mkdir(exist_ok=True)
            files.write(path, redactor.redact(plan))
        except (OSError, UsageError) as error:
            click.echo(f"The plan {name} could not be saved: {error}", err=True)
            continue
        saved.append(str(path))
    return tuple(saved)


def _show(whole: GateResult, asked: Request) -> None:
    from fiskil_harness.cli.screen import console
    from fiskil_harness.gate.report import terminal

    terminal.show(whole, console(is_error=asked.json_path == STANDARD_OUTPUT))


def _write(whole: GateResult, asked: Request, hars: tuple[str, ...]) -> None:
    from fiskil_harness.gate.report import html, json, junit, markdown
    from fiskil_harness.journal import har

    def exchanges(_whole: GateResult) -> str:
        return har.merged(hars)

    renderers = (json.render, junit.render, markdown.render, html.render, exchanges)
    wanted = tuple(zip(asked.files, renderers, strict=True))
    for path, render in wanted:
        if path == STANDARD_OUTPUT:
            click.echo(render(whole), nl=False)
    files.write_each((path, render(whole)) for path, render in wanted if path is not None and path != STANDARD_OUTPUT)
