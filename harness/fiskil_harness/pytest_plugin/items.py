"""Scenarios as pytest items of the config file: collected on request, selected, run and reported like tests.

The collector of the items is the config file, because editors show a tree of files and run a test by ``path::name``. An app
that a fixture provides needs no config file; its scenarios are items of the root folder's ``conftest.py``.
"""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.core.printable import printable
from fiskil_harness.errors import HarnessError
from fiskil_harness.pytest_plugin.options import (
    NO_APP,
    absolute,
    config_path,
    named_files,
    seed_of,
    settings_of,
    started,
    worker_id,
)
from fiskil_harness.pytest_plugin.results import HEADLINE, command_for_scenario, keep, result_of
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.selection import select_from

PROVIDING_FIXTURES = ("fiskil_app_object", "fiskil_settings", "fiskil_worker")
"""The fixtures that a project overrides to provide its app."""


class ScenarioItem(pytest.Function):
    """One scenario. ``argument`` is its name on a command line."""

    scenario: Scenario
    argument: str = ""
    _failure: AssertionError | None = None

    def runtest(self) -> None:
        """Play the scenario, and turn its verdict into the outcome of the test.

        Raises:
            AssertionError: The verdict is FAIL, or INCONCLUSIVE for another reason than a missing hook.
        """
        worker = cast("Worker", self.funcargs["fiskil_worker"])
        keep(self, [])
        try:
            started(worker)
            played = worker.play(self.scenario)
        except HarnessError as error:
            raise self._failing(printable(str(error))) from None
        keep(self, [played])
        again = command_for_scenario(
            self.config, self.argument, seed=played.outcome.seed, needs_pytest=_is_app_of_fixtures(self)
        )
        result = result_of(played, self.config, again=again)
        if result.outcome == "failed":
            self.stash[HEADLINE] = result.headline
            raise self._failing(result.message)
        if result.outcome == "skipped":
            raise pytest.skip.Exception(result.message, _use_item_location=True)

    def _failing(self, message: str) -> AssertionError:
        self._failure = AssertionError(message)
        return self._failure

    def repr_failure(self, excinfo: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the findings without a traceback, which would not help."""
        if excinfo.value is self._failure:
            return excinfo.getrepr(style="value")
        return super().repr_failure(excinfo, *args, **kwargs)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the start of the config file as the location, because a scenario has no line of its own there."""
        return self.path, 0, self.name


class ScenarioFile(pytest.File):
    """The config file, which is the parent of all scenario items in pytest's collection tree."""

    scenarios: Sequence[Scenario] = ()
    paths: dict[str, str] = {}

    def collect(self) -> Iterator[ScenarioItem]:
        """Yield one item for each selected scenario."""
        for scenario in self.scenarios:
            item: ScenarioItem = ScenarioItem.from_parent(self, name=scenario.name, callobj=_play_scenario)
            item.scenario = scenario
            item.argument = self.paths.get(scenario.name, scenario.name)
            item.add_marker("fiskil")
            item.extra_keyword_matches.update(scenario.practices)
            yield item


class ScenarioCollection:
    """A plugin that makes pytest collect scenarios from the config file."""

    def __init__(self, config: pytest.Config, patterns: Sequence[str]) -> None:
        """Select the scenarios and read the config immediately, so that a wrong name is reported before anything runs.

        Raises:
            UsageError: A scenario does not exist, the config is invalid, or no file can contain the scenarios.
        """
        self._is_offered = False
        try:
            self._settings = settings_of(config)
            seed_of(config)
            self._path = _path_of_items(config)
            self._scenarios, self._paths = _selected(config, patterns, self._path)
        except HarnessError as error:
            raise pytest.UsageError(_with_hint(str(error), patterns)) from None
        # An argument that names a test by its id selects that test alone; editors run tests so.
        self._is_whole = not any("::" in argument for argument in config.args)
        if self._is_whole and not any(self._path.is_relative_to(absolute(config, argument)) for argument in config.args):
            config.args.append(str(self._path))

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Generator[None, Any, Any]:
        """Collect the scenarios, if the file is the config file."""
        collectors = yield
        if file_path != self._path:
            return collectors
        self._is_offered = True
        file: ScenarioFile = ScenarioFile.from_parent(parent, path=file_path)
        file.scenarios, file.paths = self._scenarios, self._paths
        return [*collectors, file]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Move the scenarios behind the project's own tests, before the options ``-k`` and ``-m`` select items.

        Raises:
            UsageError: There is no app to start, or pytest ignores the config file.
        """
        scenarios = [item for item in items if isinstance(item, ScenarioItem)]
        items[:] = [*(item for item in items if not isinstance(item, ScenarioItem)), *scenarios]
        if self._is_whole and not self._is_offered:
            raise pytest.UsageError(
                f"pytest ignores {str(self._path)!r}, whose items are the scenarios. Move the file, or change --ignore or "
                "norecursedirs."
            )
        if scenarios and not _may_have_app(scenarios[0], self._settings):
            if not worker_id(config):
                raise pytest.UsageError(NO_APP)
            # An xdist worker can report this error only by a failing item, and one item is enough.
            del items[len(items) - len(scenarios) + 1 :]


def _path_of_items(config: pytest.Config) -> Path:
    """Return the file whose items are the scenarios: the config file if it is below the root folder.

    Raises:
        UsageError: There is no config file, and nothing that could provide an app.
    """
    path = config_path(config)
    if path is not None and path.is_relative_to(config.rootpath):
        return path
    for other in (config.rootpath / "conftest.py", config.inipath, path):
        if other is not None and other.is_file():
            return other
    raise pytest.UsageError(NO_APP)


def _selected(config: pytest.Config, patterns: Sequence[str], path: Path) -> tuple[list[Scenario], dict[str, str]]:
    """Return the scenarios that the options and the arguments select, and the paths of those from files.

    Raises:
        UnknownName: A name or pattern selects nothing.
        UsageError: A scenario file is invalid.
    """
    names = [name for file, name in named_files(config) if file == path]
    scenarios, paths = select_from(patterns)
    known = {scenario.name for scenario in scenarios}
    further = ["*"] if not patterns and "" in names else [name for name in names if name and name not in known]
    others, _ = select_from(further)
    return sorted((*scenarios, *others), key=lambda scenario: scenario.name), paths


def _play_scenario(fiskil_worker: Worker) -> None:
    """Do nothing; the parameter makes pytest create the fixture ``fiskil_worker``, which each scenario item needs."""


def _may_have_app(item: ScenarioItem, settings: Settings) -> bool:
    """Return whether the config names an app, or the project overrides a fixture of the plugin."""
    app = settings.app
    return _is_app_of_fixtures(item) or bool(app.command or app.url or app.object)


def _is_app_of_fixtures(item: ScenarioItem) -> bool:
    """Return whether the project overrides a fixture that provides the app, so that only pytest can start it."""
    fixtures = item._fixtureinfo.name2fixturedefs  # pytest has no public API for overridden fixtures
    return any(len(fixtures.get(name, ())) > 1 for name in PROVIDING_FIXTURES)


def _with_hint(text: str, patterns: Sequence[str]) -> str:
    if any(Path(name).exists() and not name.endswith((".py", ".json")) for name in patterns):
        return f"{text} Use --fiskil-scenarios=NAMES, or --fiskil for all scenarios, before paths."
    return text
