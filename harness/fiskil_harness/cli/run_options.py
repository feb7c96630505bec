"""What the commands that rehearse an app have in common: its config, how to run it again, and the run itself."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fiskil_harness.cli.results import Request
    from fiskil_harness.core.config import Settings
    from fiskil_harness.runner.session import SessionResult
    from fiskil_harness.scenario.scenario import Scenario


def rehearse(
    scenarios: "Sequence[Scenario]",
    settings: "Settings",
    seed: int,
    asked: "Request",
    *,
    left_out: "Sequence[str]" = (),
    is_paused: bool = False,
) -> int:
    """Run *scenarios*, report without asking the gate, and return the exit code."""
    from fiskil_harness.cli.results import conclude
    from fiskil_harness.core.clock import real_now, stopwatch
    from fiskil_harness.gate.judgement import report_only

    elapsed = stopwatch()
    rehearsal = played(scenarios, settings, seed, asked, is_paused=is_paused)
    today = real_now().date()
    judgement = report_only(rehearsal.outcomes, settings=settings, seed=seed, today=today, left_out=tuple(left_out))
    return conclude(judgement, rehearsal, settings=settings, asked=asked, took_s=elapsed())


def played(
    scenarios: "Sequence[Scenario]", settings: "Settings", seed: int, asked: "Request", *, is_paused: bool = False
) -> "SessionResult":
    """Run *scenarios* and show how far it is; report files that cannot be written are refused before."""
    from fiskil_harness.cli.screen import Progress
    from fiskil_harness.cli.step_by_step import Pause
    from fiskil_harness.errors import UsageError
    from fiskil_harness.runner import session

    asked.check()
    if is_paused and asked.workers > 1:
        raise UsageError("--pause shows one app to one person, so it cannot have several --workers. Leave one out.")
    tells_har = asked.har_path is not None
    if is_paused:
        return session.rehearse(scenarios, settings=settings, seed=seed, looks_on=Pause(), tells_har=tells_har)
    with Progress([scenario.name for scenario in scenarios], workers=asked.workers) as progress:
        return session.rehearse(
            scenarios, settings=settings, seed=seed, workers=asked.workers, progress=progress, tells_har=tells_har
        )


def under(settings: "Settings", interpretations: "Sequence[str]") -> "Settings":
    """*settings* with the *interpretations* of the command line over those of the config."""
    from fiskil_harness.core.clauses import parse

    chosen = {**settings.sandbox.interpretations, **parse(interpretations)}
    return msgspec.structs.replace(settings, sandbox=msgspec.structs.replace(settings.sandbox, interpretations=chosen))


def settings_of(config_file: Path | None, gallery_name: str | None, interpretations: "Sequence[str]" = ()) -> "Settings":
    """The config at hand, or that of an app of the gallery, with *interpretations* over its own."""
    from fiskil_harness.core.config import load
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.selftest import gallery

    if gallery_name is None:
        return under(load(config_file), interpretations)
    if config_file is not None:
        raise UsageError("--gallery names an app and its config, so --config cannot name another. Leave one out.")
    entry = gallery.app(gallery_name)
    missing = gallery.missing_tool(entry)
    if missing:
        raise UsageError(f"The gallery app {entry.name!r} needs {missing}. Install it, or take another app.")
    return under(gallery.settings(entry), interpretations)


def tail_of(
    seed: int, config_file: Path | None, gallery_name: str | None = None, interpretations: "Sequence[str]" = ()
) -> str:
    """The options that a command needs to run again as it ran."""
    return f" --seed {seed}" + app_of(config_file, gallery_name, interpretations)


def app_of(config_file: Path | None, gallery_name: str | None, interpretations: "Sequence[str]" = ()) -> str:
    """The options that name the app, and the *interpretations* it was under."""
    tail = f" --config {quoted([str(config_file)])}" if config_file is not None else ""
    tail += f" --gallery {gallery_name}" if gallery_name else ""
    return tail + again_under(interpretations)


def again_under(interpretations: "Sequence[str]") -> str:
    """*interpretations* as options."""
    return "".join(f" --interpretation {quoted([interpretation])}" for interpretation in interpretations)


def quoted(words: "Sequence[str]") -> str:
    """*words* as a shell takes them."""
    import shlex

    return shlex.join(words)
