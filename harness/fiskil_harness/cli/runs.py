"""Shared code of the commands that run scenarios: the config, the arguments that repeat a run, and the run itself."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from fiskil_harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fiskil_harness.cli.results import RunRequest
    from fiskil_harness.core.config import Settings
    from fiskil_harness.runner.session import SessionResult
    from fiskil_harness.scenario.scenario import Scenario


def run_and_report(
    scenarios: "Sequence[Scenario]",
    settings: "Settings",
    seed: int,
    request: "RunRequest",
    *,
    left_out: "Sequence[str]" = (),
    is_paused: bool = False,
) -> int:
    """Run *scenarios*, report the results without deciding about the gate, and return the exit code.

    Args:
        left_out: A line for the report about each scenario that does not run.
        is_paused: True to stop before each step.
    """
    from fiskil_harness.cli.results import conclude
    from fiskil_harness.core.clock import real_now, stopwatch
    from fiskil_harness.gate.judgement import report_only

    elapsed = stopwatch()
    session = play(scenarios, settings, seed, request, is_paused=is_paused)
    today = real_now().date()
    judgement = report_only(session.outcomes, settings=settings, seed=seed, today=today, left_out=tuple(left_out))
    return conclude(judgement, session, settings=settings, request=request, took_s=elapsed())


def play(
    scenarios: "Sequence[Scenario]", settings: "Settings", seed: int, request: "RunRequest", *, is_paused: bool = False
) -> "SessionResult":
    """Run *scenarios*, show the progress, and return the results.

    Args:
        is_paused: True to stop before each step.

    Raises:
        UsageError: A report file cannot be written, or *is_paused* is combined with several workers. Nothing runs then.
    """
    from fiskil_harness.cli.screen import Progress
    from fiskil_harness.cli.step_by_step import StepPause
    from fiskil_harness.core.config.given import is_in_config
    from fiskil_harness.gate.report import files
    from fiskil_harness.runner import session

    request.check()
    if is_paused and request.workers > 1:
        raise UsageError("--pause follows one app, so it does not work with several --workers. Remove one of the options.")
    records_har = request.har_path is not None
    records_journal = request.journal_path is not None
    app_log = request.app_log_path
    if app_log is not None:
        files.write(app_log, "")
    if is_paused:
        return session.run_scenarios(
            scenarios,
            settings=settings,
            seed=seed,
            on_progress=StepPause(),
            records_har=records_har,
            records_journal=records_journal,
            app_log=app_log,
        )
    names = [scenario.name for scenario in scenarios]
    instant = [scenario.name for scenario in scenarios if not all(is_in_config(settings, hook) for hook in scenario.needs)]
    with Progress(names, workers=request.workers, instant=instant) as progress:
        return session.run_scenarios(
            scenarios,
            settings=settings,
            seed=seed,
            workers=request.workers,
            most_workers=request.most_workers,
            progress=progress,
            records_har=records_har,
            records_journal=records_journal,
            app_log=app_log,
        )


def with_interpretations(settings: "Settings", interpretations: "Sequence[str]") -> "Settings":
    """Return *settings* with *interpretations* (``clause=choice`` texts), which override those of the config."""
    from fiskil_harness.core.clauses import parse

    chosen = {**settings.sandbox.interpretations, **parse(interpretations)}
    return msgspec.structs.replace(settings, sandbox=msgspec.structs.replace(settings.sandbox, interpretations=chosen))


def load_settings(config_file: Path | None, gallery_name: str | None, interpretations: "Sequence[str]" = ()) -> "Settings":
    """Return the settings of the config file or the gallery app; *interpretations* override those in the settings.

    Raises:
        UsageError: Both a config and a gallery app are given, or the gallery app needs a tool that is not installed.
    """
    from fiskil_harness.core.config import load
    from fiskil_harness.gate.selftest import gallery

    if gallery_name is None:
        return with_interpretations(load(config_file), interpretations)
    if config_file is not None:
        raise UsageError("--gallery has its own config, so it cannot be combined with --config. Remove one of them.")
    entry = gallery.app(gallery_name)
    missing = gallery.missing_tool(entry)
    if missing:
        raise UsageError(f"The gallery app {entry.name!r} needs {missing}. Install it, or use another app.")
    return with_interpretations(gallery.settings(entry), interpretations)


def repeat_arguments(
    seed: int, config_file: Path | None, gallery_name: str | None = None, interpretations: "Sequence[str]" = ()
) -> str:
    """Return the command-line arguments that repeat a run: its seed, its app and its interpretations."""
    return arguments_of({"--seed": seed}) + app_arguments(config_file, gallery_name, interpretations)


def app_arguments(config_file: Path | None, gallery_name: str | None, interpretations: "Sequence[str]" = ()) -> str:
    """Return the command-line arguments that select the app and the *interpretations*.

    Paths stay as the user typed them, so that the command of a report from CI works in every checkout.
    """
    return arguments_of({"--config": config_file, "--gallery": gallery_name, "--interpretation": interpretations})


def arguments_of(options: "Mapping[str, object]") -> str:
    """Return *options* as command-line arguments, each after a space and with its value quoted for a shell.

    The value of a flag is True, that of an option that may be repeated is a list or tuple. Options whose value is None,
    False or "" are left out.
    """
    arguments = ""
    for name, given in options.items():
        for value in given if isinstance(given, list | tuple) else [given]:
            text = f"{value:g}" if isinstance(value, float) else str(value)
            if value is True:
                arguments += f" {name}"
            elif text and value is not None and value is not False:
                arguments += f" {name} {shlex.quote(text)}"
    return arguments
