"""Reports the result of a run: shows it on the terminal, writes the report files, and returns the exit code."""

import platform
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import Struct

from fiskil_harness.cli.app_identity import identity_of
from fiskil_harness.cli.screen import console
from fiskil_harness.core.clock import real_now, rfc3339
from fiskil_harness.core.config import Settings
from fiskil_harness.core.redaction.environment_secrets import environment_secrets
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.core.version import version
from fiskil_harness.errors import UsageError
from fiskil_harness.gate import journal_file
from fiskil_harness.gate.digests import digest_of
from fiskil_harness.gate.judgement import Comparison, Decision, GateResult, Judgement, Run, Shard, routes_met
from fiskil_harness.gate.report import files, terminal
from fiskil_harness.gate.report.sealing import completed
from fiskil_harness.runner.session import SessionResult

STANDARD_OUTPUT = Path("-")
PLANS = Path("fiskil-plans")


class RunRequest(Struct, frozen=True, kw_only=True):
    """The options of a command that runs scenarios: how to repeat the run, and which reports to write.

    ``again`` is the command that repeats the run, ``again_for_scenario`` the command for one scenario, with ``{scenario}``
    for its name. ``replay_with`` are the options of `replay` for a saved plan. ``paths`` are the files of scenarios that
    came from a file, by scenario name. The number of ``workers`` may grow to ``most_workers`` during the run. With
    ``is_verbose`` the terminal shows everything, also for a gate.
    """

    command: str
    again: str
    again_for_scenario: str
    replay_with: str = ""
    paths: dict[str, str] = {}
    workers: int = 1
    most_workers: int | None = None
    json_path: Path | None = None
    junit_path: Path | None = None
    markdown_path: Path | None = None
    html_path: Path | None = None
    har_path: Path | None = None
    app_log_path: Path | None = None
    journal_path: Path | None = None
    is_verbose: bool = False

    @property
    def files(self) -> tuple[Path | None, ...]:
        """The file of each report; None for those that were not requested."""
        return self.json_path, self.junit_path, self.markdown_path, self.html_path, self.har_path

    def check(self) -> None:
        """Raise an error, before anything runs, if a report file cannot be written.

        Raises:
            UsageError: A folder does not exist or is not writable, a path is a folder, or the journal has no file.
        """
        if self.journal_path == STANDARD_OUTPUT:
            raise UsageError("--journal writes a compressed file, not to standard output. Give a file.")
        for path in (*self.files, self.app_log_path, self.journal_path):
            if path is not None and path != STANDARD_OUTPUT:
                files.refuse_unwritable(path)


def conclude(
    judgement: Judgement,
    session: SessionResult,
    *,
    settings: Settings,
    request: RunRequest,
    took_s: float,
    shard: Shard | None = None,
    comparison: Comparison | None = None,
) -> int:
    """Show and write the report of the run that has just finished; return the exit code.

    Raises:
        UsageError: A report file cannot be written; the other report files were written.
    """
    run = Run(
        command=request.command,
        began_at=rfc3339(real_now() - timedelta(seconds=took_s)),
        took_s=round(took_s, 2),
        workers=session.workers,
        config=settings.source,
        harness=version(),
        python=platform.python_version(),
        platform=platform.platform(),
        again=request.again,
        again_for_scenario=request.again_for_scenario,
        paths=request.paths,
        was_interrupted=session.was_interrupted,
        internal_errors=len(session.internal_errors),
        plans=save_plans(session),
        replay_with=request.replay_with,
        digest=digest_of(settings),
        app=identity_of(settings),
    )
    if request.journal_path is not None:
        today = real_now().date()
        journal_file.write(request.journal_path, judgement, session, settings=settings, run=run, today=today, shard=shard)
    whole = GateResult(
        result=judgement,
        run=run,
        measured=session.measured,
        routes=routes_met(judgement, session.coverage_marks),
        excerpts=session.excerpts,
        stories=session.stories,
        pictures=session.pictures,
        printed=session.printed,
        shard=shard,
        comparison=comparison,
    )
    return present(whole, settings=settings, request=request, tracebacks=session.internal_errors, hars=session.hars)


def present(
    whole: GateResult,
    *,
    settings: Settings,
    request: RunRequest,
    tracebacks: Sequence[str] = (),
    hars: Sequence[dict[str, Any]] = (),
) -> int:
    """Show and write a report, and return the exit code.

    Results of scenarios arrive without secrets. The judgement also contains texts of the config, such as the reason of a
    waiver, so it is redacted here.

    Args:
        tracebacks: Tracebacks of internal errors, which are printed to standard error.
        hars: Recorded exchanges, one HAR document per scenario.

    Raises:
        UsageError: A report file cannot be written; the other report files were written.
    """
    redactor = Redactor(lambda: environment_secrets(settings))
    judged = msgspec.structs.replace(
        whole,
        result=redactor.redact_tree(whole.result),
        run=redactor.redact_tree(whole.run),
        comparison=redactor.redact_tree(whole.comparison),
    )
    whole = completed(judged)
    _show(whole, request)
    for traceback in tracebacks:
        click.echo(traceback, err=True)
    _write(whole, request, hars)
    return whole.exit_code


def _show(whole: GateResult, request: RunRequest) -> None:
    """Show the report on the terminal: of a gate or a receiver the summary, unless everything is requested."""
    screen = console(is_error=request.json_path == STANDARD_OUTPUT)
    written = [
        str(path)
        for path in (*request.files, request.app_log_path, request.journal_path)
        if path not in {None, STANDARD_OUTPUT}
    ]
    is_gate = whole.result.decision is not Decision.NOT_REQUESTED or request.command == "gate"
    if request.is_verbose or not (is_gate or request.command == "webhooks"):
        terminal.show(whole, screen)
    elif is_gate:
        terminal.show_summary(whole, screen, reports=written)
    else:
        terminal.show_receiver(whole, screen, reports=written)


def save_plans(session: SessionResult) -> tuple[str, ...]:
    """Write every generated plan that failed into ``fiskil-plans/``, and return the paths, which `replay` accepts."""
    from fiskil_harness.core import plugins
    from fiskil_harness.scenario.scenario import SavedPlan

    paths: list[str] = []
    for plan in session.plans:
        saved = plugins.decode(plan, SavedPlan)
        name = f"{saved.scenario.name or 'plan'}-{saved.seed}"
        path = PLANS / f"{name}.json"
        try:
            PLANS.mkdir(exist_ok=True)
            files.write(path, plan)
        except (OSError, UsageError) as error:
            click.echo(f"The plan {name} could not be saved: {error}", err=True)
            continue
        paths.append(str(path))
    return tuple(paths)


def _write(whole: GateResult, request: RunRequest, hars: Sequence[dict[str, Any]]) -> None:
    from fiskil_harness.gate.report import html, json, junit, markdown
    from fiskil_harness.journal import har

    def render_har(_whole: GateResult) -> str:
        return har.render(har.merged(hars))

    renderers = (json.render, junit.render, markdown.render, html.render, render_har)
    outputs = tuple(zip(request.files, renderers, strict=True))
    for path, render in outputs:
        if path == STANDARD_OUTPUT:
            click.echo(render(whole), nl=False)
    files.write_each((path, render(whole)) for path, render in outputs if path is not None and path != STANDARD_OUTPUT)
