"""Scenarios as pytest items: collected on request, reported like tests, and summarised by practice at the end."""

import shlex
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.core.clauses import parse
from fiskil_harness.core.config import Settings, find, load, load_plugins
from fiskil_harness.core.printable import printable
from fiskil_harness.errors import ConfigError, HarnessError
from fiskil_harness.gate.report import files
from fiskil_harness.gate.report.text import PrintedLines, finding_lines
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import NOT_CONCERNED, Played
from fiskil_harness.runner.session import can_run_in_parallel
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.selection import FILES, select_from

NO_APP = (
    "There is no app to start: no fiskil-harness.toml was found, or it names no app. `fiskil-harness init` writes one, "
    "--fiskil-config names another file, and the fixture fiskil_app_object can return a Python object."
)


class ScenarioFailed(Exception):
    """A scenario failed; the text contains its findings."""


class ScenarioItem(pytest.Function):
    """One scenario. ``argument`` is its name on a command line."""

    scenario: Scenario
    argument: str = ""
    played: Played | None = None

    def runtest(self) -> None:
        """Play the scenario, and turn its verdict into the outcome of the test.

        Raises:
            ScenarioFailed: The verdict is FAIL, or INCONCLUSIVE for another reason than a missing hook.
        """
        worker = cast("Worker", self.funcargs["fiskil_worker"])
        try:
            started(worker)
            self.played = worker.play(self.scenario)
        except HarnessError as error:
            raise ScenarioFailed(str(error)) from None
        _report(self.played, self.config, again=_command(self, self.played.outcome.seed))

    def repr_failure(self, excinfo: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the findings instead of a traceback, which would not help."""
        if isinstance(excinfo.value, ScenarioFailed):
            return printable(str(excinfo.value))
        return super().repr_failure(excinfo, *args, **kwargs)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return ``fiskil`` as the location, because a scenario has no line in a test file."""
        return Path("fiskil"), 0, self.name


class ScenarioCollector(pytest.Collector):
    """The node ``fiskil``, which is the parent of all scenario items in pytest's collection tree."""

    def collect(self) -> Iterator[Any]:
        """Return nothing; ``ScenarioCollection`` adds the items."""
        return iter(())


class ScenarioCollection:
    """A plugin that adds the scenarios to the session, and keeps their results for the summary."""

    def __init__(self, config: pytest.Config, patterns: Sequence[str]) -> None:
        """Select the scenarios and read the config immediately, so that a wrong name is reported before anything runs.

        Raises:
            UsageError: A scenario does not exist, or the config is invalid.
        """
        self._config = config
        self._played: list[Played] = []
        self._root: pytest.Collector | None = None
        try:
            # The config comes first: it loads the plugins, whose scenarios may be among those selected.
            self._settings, self._seed = settings_of(config), seed_of(config)
            self._scenarios, self._paths = select_from(patterns)
        except HarnessError as error:
            raise pytest.UsageError(_with_hint(str(error), patterns)) from None

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        """Keep the node of the root folder: since pytest 9.1, only its children can use fixtures of the root conftest."""
        if self._root is None and isinstance(collector, pytest.Directory) and collector.path == self._config.rootpath:
            self._root = collector

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add one item for each scenario, before the options ``-k`` and ``-m`` select items.

        Raises:
            UsageError: There is no app to start.
        """
        added: list[pytest.Item] = []
        parent = ScenarioCollector.from_parent(self._root or session, name="fiskil", nodeid="fiskil")
        for number, scenario in enumerate(self._scenarios):
            item: ScenarioItem = ScenarioItem.from_parent(parent, name=scenario.name, callobj=_play_scenario)
            item.scenario = scenario
            item.argument = self._paths.get(scenario.name, scenario.name)
            item.add_marker("fiskil")
            item.extra_keyword_matches.update(scenario.practices)
            items.append(item)
            added.append(item)
            if number == 0 and not _may_have_app(item, self._settings):
                if not _worker_id(self._config):
                    raise pytest.UsageError(NO_APP)
                # An xdist worker can report this error only by a failing item, and one item is enough.
                return
        # pytest counts the items of collection reports, for the line "collected 3 items".
        report = pytest.CollectReport(parent.nodeid, "passed", None, added)  # type: ignore[arg-type]
        self._config.hook.pytest_collectreport(report=report)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        """Attach the result of the scenario to the report, so that it reaches the xdist controller."""
        report: Any = yield
        if call.when == "call" and isinstance(item, ScenarioItem) and item.played is not None:
            # Stories, pictures and HAR are large and not needed for the summary.
            lean = msgspec.structs.replace(item.played, story=None, pictures=(), har={})
            report.fiskil_played = msgspec.json.encode(lean).decode()
        return report

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep the result of a scenario for the summary at the end."""
        played = getattr(report, "fiskil_played", None)
        if played:
            self._played.append(msgspec.json.decode(played, type=Played))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the status of each practice that the scenarios test."""
        if not self._played:
            return
        from fiskil_harness.core.clock import real_now
        from fiskil_harness.core.redaction.environment_secrets import environment_secrets
        from fiskil_harness.core.redaction.redactor import Redactor
        from fiskil_harness.gate.judgement import report_only

        judgement = report_only(
            [played.outcome for played in self._played],
            settings=self._settings,
            seed=self._seed,
            today=real_now().date(),
        )
        judgement = Redactor(lambda: environment_secrets(self._settings)).redact_tree(judgement)
        terminalreporter.section("fiskil practices")
        for status in judgement.statuses:
            colour = {"violated": {"red": True}, "proven": {"green": True}}.get(status.status, {"yellow": True})
            terminalreporter.write(f"{status.status:<11} ", **colour)
            terminalreporter.line(f"{status.practice:<32} {printable(status.reason)}")


def settings_of(config: pytest.Config) -> Settings:
    """Return the config from the options or ini keys, else the root folder's; without a config, return empty settings."""
    path = _config_path(config)
    load_plugins(path, folder=config.rootpath)
    settings = load(path) if path else Settings()
    chosen = {**settings.sandbox.interpretations, **parse(_interpretations(config))}
    return msgspec.structs.replace(settings, sandbox=msgspec.structs.replace(settings.sandbox, interpretations=chosen))


def _config_path(config: pytest.Config) -> Path | None:
    if named := config.getoption("fiskil_config"):
        return Path(config.invocation_params.dir, named)
    if in_ini := config.getini("fiskil_config"):
        return Path(config.rootpath, in_ini)
    return find(config.rootpath)


def _interpretations(config: pytest.Config) -> list[str]:
    return [*config.getini("fiskil_interpretations"), *config.getoption("fiskil_interpretation")]


def seed_of(config: pytest.Config) -> int:
    """Return the seed from the options or the ini file, 0 by default.

    Raises:
        ConfigError: The seed is negative, or the ini key ``fiskil_seed`` is not a number.
    """
    option = config.getoption("fiskil_seed")
    if option is not None:
        if option < 0:
            raise ConfigError(f"The seed must be 0 or greater, got {option}.")
        return int(option)
    text = str(config.getini("fiskil_seed") or "0")
    if not text.isdecimal():
        raise ConfigError(f"The ini key fiskil_seed must be a number, got {text!r}.")
    return int(text)


def empty_app_log(config: pytest.Config) -> None:
    """Empty the file for the app's output, once for all xdist workers, before they append to it.

    Raises:
        UsageError: The file cannot be written.
    """
    path = _app_log_path(config)
    if path is None or _worker_id(config):
        return
    try:
        files.refuse_unwritable(path)
        files.write(path, "")
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from None


def _app_log_path(config: pytest.Config) -> Path | None:
    if named := config.getoption("fiskil_app_log"):
        return Path(config.invocation_params.dir, named)
    in_ini = config.getini("fiskil_app_log")
    return Path(config.rootpath, in_ini) if in_ini else None


def open_worker(config: pytest.Config, settings: Settings, app_object: Any) -> Worker:
    """Return the worker of this pytest process; its sandbox and its app start when they are first needed.

    Args:
        app_object: The app as a Python object; None uses the app in the config.
    """
    worker = Worker(settings, seed=seed_of(config), app_object=app_object)
    worker.app_log = _app_log_path(config)
    if _worker_id(config) and app_object is None and not can_run_in_parallel(settings):
        worker.refuse(
            "With xdist each worker starts its own app: use {port} in app.command, and {workdir} in the command or its "
            "environment. Or run these tests without -n."
        )
    return worker


def started(worker: Worker) -> Worker:
    """Start the app of *worker*, and return the worker.

    Raises:
        ConfigError: There is no app.
        AppError: The app does not start.
    """
    if not worker.has_app:
        raise ConfigError(NO_APP)
    worker.start()
    return worker


@contextmanager
def without_traceback() -> Iterator[None]:
    """Turn an error of the harness in a fixture into a failure that shows only its message."""
    try:
        yield
    except HarnessError as error:
        # Without its cause, whose text pytest would show unescaped.
        raise pytest.fail.Exception(printable(str(error)), pytrace=False) from None


def app_of(worker: Worker) -> AppUnderTest:
    """Start the app of *worker* and return it.

    Raises:
        ConfigError: There is no app.
        AppError: The app does not start.
    """
    return started(worker).driver.app


def _play_scenario(fiskil_worker: Worker) -> None:
    """Do nothing; the parameter makes pytest create the fixture ``fiskil_worker``, which each scenario item needs."""


def _may_have_app(item: ScenarioItem, settings: Settings) -> bool:
    """Return whether the config names an app, or the project overrides a fixture of the plugin."""
    app = settings.app
    return _is_app_of_fixtures(item) or bool(app.command or app.url or app.object)


def _is_app_of_fixtures(item: ScenarioItem) -> bool:
    """Return whether the project overrides a fixture that provides the app, so that only pytest can start it."""
    fixtures = item._fixtureinfo.name2fixturedefs  # pytest has no public API for overridden fixtures
    return any(len(fixtures.get(name, ())) > 1 for name in ("fiskil_app_object", "fiskil_settings", "fiskil_worker"))


def _command(item: ScenarioItem, seed: int) -> str:
    """Return the command that repeats the scenario of *item* alone, in any folder."""
    config, path = item.config, _config_path(item.config)
    argument = item.argument
    if argument.endswith(FILES):
        argument = str(config.invocation_params.dir / argument)
    if not _is_app_of_fixtures(item):
        arguments = ["fiskil-harness", "run", argument, "--seed", str(seed)]
        arguments += ["--config", str(path)] if path else []
        return shlex.join([*arguments, *(word for text in _interpretations(config) for word in ("--interpretation", text))])
    arguments = ["pytest", "-m", "fiskil", f"--fiskil-scenarios={argument}", f"--fiskil-seed={seed}"]
    arguments += [f"--fiskil-config={path}"] if path else []
    arguments += [f"--fiskil-interpretation={text}" for text in _interpretations(config)]
    return f"cd {shlex.quote(str(config.rootpath))} && {shlex.join(arguments)}"


def _report(played: Played, config: pytest.Config, *, again: str) -> None:
    """Raise ScenarioFailed, skip the test or return, according to the verdict."""
    if played.traceback:
        raise ScenarioFailed(f"Internal error of fiskil-harness:\n{played.traceback}")
    outcome = played.outcome
    if outcome.verdict is Verdict.PASS:
        return
    if outcome.outside:
        raise pytest.skip.Exception(f"{NOT_CONCERNED}: {outcome.outside}", _use_item_location=True)
    findings = [finding for finding in outcome.findings if finding.verdict is outcome.verdict]
    hooks = sorted({finding.hook for finding in findings if finding.hook})
    needs_only_hooks = outcome.verdict is Verdict.INCONCLUSIVE and all(finding.hook for finding in findings)
    is_strict = config.getoption("fiskil_strict") or config.getini("fiskil_strict")
    if needs_only_hooks and not is_strict:
        reason = f"the config does not set {', '.join(hooks)}"
        raise pytest.skip.Exception(reason, _use_item_location=True)
    printed = PrintedLines((played.printed,))
    raise ScenarioFailed("\n".join(finding_lines(outcome, findings, again=again, printed=printed)))


def _with_hint(text: str, patterns: Sequence[str]) -> str:
    if any(Path(name).exists() and not name.endswith((".py", ".json")) for name in patterns):
        return f"{text} Use --fiskil-scenarios=NAMES, or --fiskil for all scenarios, before paths."
    return text


def _worker_id(config: pytest.Config) -> str:
    worker_input: dict[str, Any] = getattr(config, "workerinput", {})
    return str(worker_input.get("workerid", ""))
