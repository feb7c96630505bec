"""Scenarios as pytest items: collected on request, reported like tests, summed up by practice at the end."""

import os
import shlex
import signal
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.core import signals
from fiskil_harness.core.clauses import parse
from fiskil_harness.core.config import Settings, find, load
from fiskil_harness.errors import ConfigError, HarnessError
from fiskil_harness.gate.report.text import finding_lines
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Played
from fiskil_harness.runner.session import REFUSAL, can_share_out, read_request, write_played
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.selection import select_from

NO_APP = (
    "There is no app to start: no fiskil-harness.toml was found, or it names none. `fiskil-harness init` writes one, "
    "--fiskil-config names another place, and the fixture fiskil_app_object can give a Python object."
)


class ScenarioFailed(Exception):
    """A scenario that failed; the text is its findings."""


class ScenarioItem(pytest.Function):
    """One scenario."""

    scenario: Scenario
    typed: str = ""
    played: Played | None = None

    def runtest(self) -> None:
        """Play it, and let the verdict be the test's outcome."""
        worker = cast("Worker", self.funcargs["fiskil_worker"])
        if self.config.getoption("fiskil_rehearsal"):
            self._rehearse(worker)
            return
        try:
            started(worker)
            self.played = worker.play(self.scenario)
        except HarnessError as error:
            raise ScenarioFailed(str(error)) from None
        _report(self.played, self.config, typed=self.typed)

    def repr_failure(self, excinfo: Any, *args: Any, **kwargs: Any) -> Any:
        """Findings are the report; a traceback of ours would say nothing."""
        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **kwargs)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands: scenarios are values, so under their collection's name."""
        return Path("fiskil"), 0, self.name

    def _rehearse(self, worker: Worker) -> None:
        folder = Path(self.config.getoption("fiskil_rehearsal"))
        try:
            self.played = worker.play(self.scenario)
        except HarnessError as error:
            (folder / REFUSAL).write_text(str(error), encoding="utf-8")
            self.session.shouldstop = "the app does not start"
            return
        write_played(folder, self.played, self.number)

    number = 0


class ScenarioCollector(pytest.Collector):
    """The collection ``fiskil``, next to the test files."""

    def collect(self) -> Iterator[Any]:
        """Nothing by itself; ``Collecting`` adds the items."""
        return iter(())


class Collecting:
    """Adds the scenarios to the session, and keeps what became of them for the summary."""

    def __init__(self, config: pytest.Config, patterns: Sequence[str]) -> None:
        """Choose the scenarios and read the config at once, so that a wrong name is said before anything runs."""
        self._config = config
        self._played: list[Played] = []
        self._root: pytest.Collector | None = None
        self._paths: dict[str, str] = {}
        self._is_rehearsal = bool(config.getoption("fiskil_rehearsal"))
        try:
            if self._is_rehearsal:
                folder = Path(config.getoption("fiskil_rehearsal"))
                self._scenarios = list(read_request(folder).scenarios)
                _answer_signals(config, folder)
            else:
                self._scenarios, self._paths = select_from(patterns)
            self._settings, self._seed = settings_of(config), seed_of(config)
        except HarnessError as error:
            raise pytest.UsageError(_with_hint(str(error), patterns)) from None

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        """Keep the root folder's node: since pytest 9.1 the fixtures of its conftest are seen only below it."""
        if self._root is None and isinstance(collector, pytest.Directory) and collector.path == self._config.rootpath:
            self._root = collector

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add one item for each scenario, before ``-k`` and ``-m`` choose."""
        parent = ScenarioCollector.from_parent(self._root or session, name="fiskil", nodeid="fiskil")
        for number, scenario in enumerate(self._scenarios):
            item: ScenarioItem = ScenarioItem.from_parent(parent, name=scenario.name, callobj=_play)
            item.scenario, item.number = scenario, number
            item.typed = self._paths.get(scenario.name, scenario.name)
            item.add_marker("fiskil")
            item.extra_keyword_matches.update(scenario.practices)
            items.append(item)
            if number == 0 and not self._is_rehearsal and not _may_have_app(item, self._settings):
                if not _worker_id(self._config):
                    raise pytest.UsageError(NO_APP)
                # A worker of xdist can only say it by an item that fails, and one is enough.
                return

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        """Let the report carry what was played, so that it reaches the controller of xdist."""
        report: Any = yield
        if call.when == "call" and isinstance(item, ScenarioItem) and item.played is not None:
            report.fiskil_verdict = str(item.played.outcome.verdict)
            if not self._is_rehearsal:
                # What is only shown in a report would be a burden on its way between processes.
                lean = msgspec.structs.replace(item.played, story=None, pictures=(), har="")
                report.fiskil_played = msgspec.json.encode(lean).decode()
        return report

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep what a worker played."""
        played = getattr(report, "fiskil_played", None)
        if played:
            self._played.append(msgspec.json.decode(played, type=Played))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Sum up by practice."""
        if not self._played:
            return
        from fiskil_harness.core.clock import real_now
        from fiskil_harness.gate.judgement import report_only

        judgement = report_only(
            [played.outcome for played in self._played],
            settings=self._settings,
            seed=self._seed,
            today=real_now().date(),
        )
        terminalreporter.section("fiskil practices")
        for status in judgement.statuses:
            colour = {"violated": {"red": True}, "proven": {"green": True}}.get(status.status, {"yellow": True})
            terminalreporter.write(f"{status.status:<11} ", **colour)
            terminalreporter.line(f"{status.practice:<32} {status.reason}")


def settings_of(config: pytest.Config) -> Settings:
    """The config that the options name, or the one of the root folder; without any, the empty one."""
    rehearsal = config.getoption("fiskil_rehearsal")
    if rehearsal:
        return read_request(Path(rehearsal)).settings
    named = config.getoption("fiskil_config")
    path = config.invocation_params.dir / named if named else None
    if path is None and config.getini("fiskil_config"):
        path = config.rootpath / config.getini("fiskil_config")
    path = path or find(config.rootpath)
    found = load(path) if path else Settings()
    chosen = {
        **found.sandbox.interpretations,
        **parse([*config.getini("fiskil_interpretations"), *config.getoption("fiskil_interpretation")]),
    }
    return msgspec.structs.replace(found, sandbox=msgspec.structs.replace(found.sandbox, interpretations=chosen))


def seed_of(config: pytest.Config) -> int:
    """The seed that the options give.

    Raises:
        ConfigError: It is below zero, or the ini file's is no number.
    """
    rehearsal = config.getoption("fiskil_rehearsal")
    if rehearsal:
        return read_request(Path(rehearsal)).seed
    given = config.getoption("fiskil_seed")
    if given is not None:
        if given < 0:
            raise ConfigError(f"The seed must be a number from 0, got {given}.")
        return int(given)
    text = str(config.getini("fiskil_seed") or "0")
    if not text.isdecimal():
        raise ConfigError(f"The ini key fiskil_seed must be a number, got {text!r}.")
    return int(text)


def open_worker(config: pytest.Config, chosen: Settings, given: Any) -> Worker:
    """The worker of this pytest process; its sandbox listens at the first use, its app starts when it is needed."""
    rehearsal = config.getoption("fiskil_rehearsal")
    folder = Path(rehearsal) / f"worker-{_worker_id(config)}" if rehearsal else None
    worker = Worker(chosen, seed=seed_of(config), given=given, folder=folder)
    worker.wants_har = bool(rehearsal) and read_request(Path(rehearsal)).wants_har
    worker.on_progress = getattr(config, "fiskil_looks_on", None)
    if not rehearsal and _worker_id(config) and given is None and not can_share_out(chosen):
        worker.refuse(
            "Under xdist each worker needs an app of its own: let app.command use {port}, and the command or its "
            "environment {workdir}. Or run these tests without -n."
        )
    return worker


def started(worker: Worker) -> Worker:
    """*worker* with its app started.

    Raises:
        HarnessError: There is no app, or it does not start.
    """
    if not worker.has_app:
        raise ConfigError(NO_APP)
    worker.start()
    return worker


@contextmanager
def plainly() -> Iterator[None]:
    """In a fixture: what cannot be had is said in its own words, without a traceback of ours."""
    try:
        yield
    except HarnessError as error:
        pytest.fail(str(error), pytrace=False)


def app_of(worker: Worker) -> AppUnderTest:
    """The started app, for a fixture."""
    return started(worker).driver.app


def _play(fiskil_worker: Worker) -> None:
    """Stands for the body of a scenario's item; its argument is what the item needs."""


def _may_have_app(item: ScenarioItem, chosen: Settings) -> bool:
    """Whether the config names an app, or a fixture of the project's own stands in for one of ours."""
    app = chosen.app
    fixtures = item._fixtureinfo.name2fixturedefs  # pytest has no other word for what was overridden
    is_overridden = any(
        len(fixtures.get(name, ())) > 1 for name in ("fiskil_app_object", "fiskil_settings", "fiskil_worker")
    )
    return is_overridden or bool(app.command or app.url or app.object)


def _report(played: Played, config: pytest.Config, *, typed: str) -> None:
    if played.fault:
        raise ScenarioFailed(f"A fault of the harness itself:\n{played.fault}")
    outcome = played.outcome
    again = f"fiskil-harness run {shlex.quote(typed)} --seed {outcome.seed}"
    if outcome.verdict is Verdict.PASS:
        return
    told = [finding for finding in outcome.findings if finding.verdict is outcome.verdict]
    hooks = sorted({finding.hook for finding in told if finding.hook})
    lacks_only_hooks = outcome.verdict is Verdict.INCONCLUSIVE and all(finding.hook for finding in told)
    is_strict = config.getoption("fiskil_strict") or config.getini("fiskil_strict")
    if lacks_only_hooks and not is_strict:
        reason = f"the config lacks {', '.join(hooks)}"
        raise pytest.skip.Exception(reason, _use_item_location=True)
    raise ScenarioFailed("\n".join(finding_lines(outcome, told, again=again)))


def _with_hint(text: str, patterns: Sequence[str]) -> str:
    if any(Path(name).exists() and not name.endswith((".py", ".json")) for name in patterns):
        return f"{text} Write --fiskil-scenarios=NAMES, or --fiskil for all, before paths."
    return text


def _worker_id(config: pytest.Config) -> str:
    given: dict[str, Any] = getattr(config, "workerinput", {})
    return str(given.get("workerid", ""))


def _answer_signals(config: pytest.Config, folder: Path) -> None:
    """In a worker of xdist: leave a note with our id, and take the first signal as Ctrl-C and no second one."""
    if not _worker_id(config):
        return

    handled_signals = signals.handled_signals()

    def interrupt(_number: int, _frame: object) -> None:
        for number in handled_signals:
            signal.signal(number, lambda *_: None)
        raise KeyboardInterrupt

    for number in handled_signals:
        signal.signal(number, interrupt)
    (folder / f"worker-{_worker_id(config)}.pid").write_text(str(os.getpid()), encoding="ascii")
