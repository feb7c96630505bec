"""Results of scenarios as pytest reports them: the outcome of a test, JUnit properties, and the summary by practice."""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import pytest

from fiskil_harness.core.clock import real_now
from fiskil_harness.core.config import Settings
from fiskil_harness.core.printable import printable
from fiskil_harness.core.redaction.environment_secrets import environment_secrets
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import HarnessError
from fiskil_harness.gate.judgement import report_only
from fiskil_harness.gate.report.text import PrintedLines, finding_lines, observation
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import NOT_CONCERNED, Played
from fiskil_harness.pytest_plugin.options import config_path, interpretations, is_strict, settings_of
from fiskil_harness.scenario.selection import FILES

PREFIX = "fiskil."
"""The prefix of our JUnit properties."""

PLAYED = pytest.StashKey[list[Played]]()
"""The results of the scenarios that a test has played."""
HEADLINE = pytest.StashKey[str]()
"""The first finding of a test that a scenario failed, as one line for pytest's short summary."""


class Result(NamedTuple):
    """The outcome of a scenario as a test, with the message for it; ``headline`` is the first finding in one line."""

    outcome: Literal["passed", "skipped", "failed"]
    message: str = ""
    headline: str = ""


def result_of(played: Played, config: pytest.Config, *, again: str) -> Result:
    """Return the outcome of *played* as a test: its findings are the message of a failure.

    Args:
        again: The command that repeats the scenario.
    """
    if played.traceback:
        return Result("failed", printable(f"Internal error of fiskil-harness:\n{played.traceback}"))
    outcome = played.outcome
    if outcome.verdict is Verdict.PASS:
        return Result("passed")
    if outcome.outside:
        return Result("skipped", printable(f"{NOT_CONCERNED}: {outcome.outside}"))
    findings = [finding for finding in outcome.findings if finding.verdict is outcome.verdict]
    hooks = sorted({finding.hook for finding in findings if finding.hook})
    needs_only_hooks = outcome.verdict is Verdict.INCONCLUSIVE and all(finding.hook for finding in findings)
    if needs_only_hooks and not is_strict(config):
        return Result("skipped", f"the config does not set {', '.join(hooks)}")
    lines = finding_lines(outcome, findings, again=again, printed=PrintedLines((played.printed,)))
    return Result("failed", printable("\n".join(lines)), printable(observation(findings[0])))


def command_for_scenario(config: pytest.Config, argument: str, *, seed: int, needs_pytest: bool) -> str:
    """Return the command that repeats one scenario alone, in any folder.

    Args:
        argument: The scenario's name, or the path of its file.
        needs_pytest: True if only pytest can start the app, because a fixture provides it.
    """
    if argument.endswith(FILES):
        argument = str(config.invocation_params.dir / argument)
    if needs_pytest:
        return _pytest_command(config, "-m", "fiskil", f"--fiskil-scenarios={argument}", seed=seed)
    path = config_path(config)
    arguments = ["fiskil-harness", "run", argument, "--seed", str(seed)]
    arguments += ["--config", str(path)] if path else []
    return shlex.join([*arguments, *(word for text in interpretations(config) for word in ("--interpretation", text))])


def command_for_test(config: pytest.Config, nodeid: str, *, seed: int) -> str:
    """Return the command that repeats one test alone, in any folder."""
    return _pytest_command(config, nodeid, seed=seed)


def _pytest_command(config: pytest.Config, *arguments: str, seed: int) -> str:
    path = config_path(config)
    words = ["pytest", *arguments, f"--fiskil-seed={seed}"]
    words += [f"--fiskil-config={path}"] if path else []
    words += [f"--fiskil-interpretation={text}" for text in interpretations(config)]
    return f"cd {shlex.quote(str(config.rootpath))} && {shlex.join(words)}"


def keep(item: pytest.Item, results: Sequence[Played]) -> None:
    """Keep *results* for the summary, and as JUnit properties: scenario, seed, verdict, findings and passed probes.

    Only findings that are no PASS get a property of their own. Properties of an earlier run of the test are removed.
    """
    item.stash[PLAYED] = list(results)
    item.stash[HEADLINE] = ""
    others = [(name, value) for name, value in item.user_properties if not name.startswith(PREFIX)]
    ours = [pair for played in results for pair in _properties(played)]
    item.user_properties[:] = [*others, *ours]


def _properties(played: Played) -> Iterable[tuple[str, str]]:
    outcome = played.outcome
    yield f"{PREFIX}scenario", outcome.scenario
    yield f"{PREFIX}seed", str(outcome.seed)
    yield f"{PREFIX}verdict", outcome.verdict.value
    for finding in outcome.findings:
        if finding.verdict is not Verdict.PASS:
            yield f"{PREFIX}finding", _line(finding)
    if passed := [finding.probe for finding in outcome.findings if finding.verdict is Verdict.PASS]:
        yield f"{PREFIX}passed", ", ".join(passed)


def _line(finding: Finding) -> str:
    practices = f" ({', '.join(finding.practices)})" if finding.practices else ""
    return printable(f"{finding.verdict.value} {finding.probe}{practices}: {finding.observed}")


def shorten_summary(item: pytest.Item, report: Any) -> None:
    """Show the first finding of a failed scenario, in one line, in the short summary and as the message in JUnit."""
    crash = getattr(report.longrepr, "reprcrash", None)
    headline = item.stash.get(HEADLINE, "")
    if report.failed and crash is not None and headline:
        crash.message = headline


def texts_of(item: pytest.Item) -> list[str]:
    """Return the results that *item* keeps as JSON, without stories, pictures and HAR, which are large."""
    lean = [msgspec.structs.replace(played, story=None, pictures=(), har={}) for played in item.stash.get(PLAYED, [])]
    return [msgspec.json.encode(played).decode() for played in lean]


def print_practices(terminalreporter: Any, texts: Iterable[str]) -> None:
    """Print the status of each practice that the scenarios in *texts* test."""
    results = [msgspec.json.decode(text, type=Played) for text in texts]
    settings = _settings_or_defaults(terminalreporter.config)
    judgement = report_only(
        [played.outcome for played in results],
        settings=settings,
        seed=results[0].outcome.seed,
        today=real_now().date(),
    )
    judgement = Redactor(lambda: environment_secrets(settings)).redact_tree(judgement)
    terminalreporter.section("fiskil practices")
    for status in judgement.statuses:
        colour = {"violated": {"red": True}, "proven": {"green": True}}.get(status.status, {"yellow": True})
        terminalreporter.write(f"{status.status:<11} ", **colour)
        terminalreporter.line(f"{status.practice:<32} {printable(status.reason)}")


def _settings_or_defaults(config: pytest.Config) -> Settings:
    """Return the config; defaults if it is invalid, because a fixture of the project may provide another one."""
    try:
        return settings_of(config)
    except HarnessError:
        return Settings()


def absolute_files(names: Iterable[str], folder: Path) -> list[str]:
    """Return *names* with the path of each scenario file in *folder* made absolute."""
    return [str(folder / name) if name.endswith(FILES) else name for name in names]
