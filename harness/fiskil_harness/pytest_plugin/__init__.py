"""The pytest plugin: fixtures for tests of an integration, and scenarios as pytest items on request.

Every pytest in the environment imports this module at its start, so it imports nothing but pytest.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from fiskil_harness.pytest_plugin.emptying import empty, empty_for_each_example, refuse_lost_end_users
from fiskil_harness.pytest_plugin.fixtures import (
    fiskil,
    fiskil_app,
    fiskil_app_object,
    fiskil_callbacks,
    fiskil_clock,
    fiskil_deliveries,
    fiskil_end_user,
    fiskil_outcomes,
    fiskil_server,
    fiskil_settings,
    fiskil_webhooks,
    fiskil_worker,
)

__all__ = [
    "fiskil",
    "fiskil_app",
    "fiskil_app_object",
    "fiskil_callbacks",
    "fiskil_clock",
    "fiskil_deliveries",
    "fiskil_end_user",
    "fiskil_outcomes",
    "fiskil_server",
    "fiskil_settings",
    "fiskil_webhooks",
    "fiskil_worker",
]

ALL = "*"
"""The pattern that selects every scenario."""

MARK = "fiskil_scenario"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the command-line options, and ini keys for those that a project may set permanently."""
    group = parser.getgroup("fiskil", "fiskil-harness: test a Fiskil integration")
    group.addoption(
        "--fiskil",
        action="store_true",
        help="run every scenario against the app of the config, beside the tests of all arguments without '::'",
    )
    group.addoption(
        "--fiskil-scenarios",
        metavar="NAMES",
        nargs="?",
        const=ALL,
        help="run these scenarios: comma-separated names or patterns (default: all); use the form with '='",
    )
    group.addoption("--fiskil-config", metavar="FILE", help="the config to use (default: the root folder's)")
    group.addoption("--fiskil-seed", metavar="N", type=int, help="the seed of people, rows and plans (default: 0)")
    group.addoption(
        "--fiskil-interpretation",
        metavar="CLAUSE=CHOICE",
        action="append",
        default=[],
        help="choose another interpretation of a clause; may be repeated (see: fiskil-harness list interpretations)",
    )
    group.addoption(
        "--fiskil-strict", action="store_true", help="fail a scenario that needs a missing hook, instead of skipping it"
    )
    group.addoption("--fiskil-app-log", metavar="FILE", help="write everything that the app prints, without secrets")
    parser.addini("fiskil_scenarios", "names or patterns of scenarios, like --fiskil-scenarios", type="args", default=[])
    parser.addini("fiskil_config", "the config to use, relative to the root folder, like --fiskil-config")
    parser.addini("fiskil_seed", "the seed, like --fiskil-seed")
    parser.addini("fiskil_interpretations", "clause=choice, like --fiskil-interpretation", type="args", default=[])
    parser.addini("fiskil_strict", "like --fiskil-strict", type="bool", default=False)
    parser.addini("fiskil_app_log", "the file, relative to the root folder, like --fiskil-app-log")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks, and the scenario collection if scenarios were requested; empty the file of the app's output.

    Raises:
        UsageError: A name is wrong, or the file cannot be written.
    """
    config.addinivalue_line("markers", "fiskil: a scenario of fiskil-harness, collected on request.")
    config.addinivalue_line(
        "markers", f"{MARK}(*names): play these scenarios of fiskil-harness before the test; a finding fails it."
    )
    config.pluginmanager.register(ScenarioResults(), "fiskil-results")
    if config.getoption("fiskil_app_log") or config.getini("fiskil_app_log"):
        from fiskil_harness.pytest_plugin.options import empty_app_log

        empty_app_log(config)
    patterns = _patterns(config)
    if patterns or _names_config(config):
        from fiskil_harness.pytest_plugin.items import ScenarioCollection

        config.pluginmanager.register(ScenarioCollection(config, patterns), "fiskil-collecting")


def _patterns(config: pytest.Config) -> list[str]:
    names = config.getoption("fiskil_scenarios")
    if names is not None:
        return [name.strip() for name in names.split(",") if name.strip()]
    if config.getoption("fiskil"):
        return [ALL]
    in_ini = config.getini("fiskil_scenarios")
    return [str(config.rootpath / name) if name.endswith((".py", ".json")) else name for name in in_ini]


def _names_config(config: pytest.Config) -> bool:
    """Return whether an argument is the config, or a scenario in it."""
    if not any(argument.partition("::")[0].endswith(".toml") for argument in config.args):
        return False
    from fiskil_harness.errors import HarnessError
    from fiskil_harness.pytest_plugin.options import config_path, named_files

    try:
        path = config_path(config)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from None
    return any(file == path for file, _ in named_files(config))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Return a readable id for a person, a fault or a scenario."""
    if not any(kind.__module__.startswith("fiskil_harness.") for kind in type(val).__mro__):
        return None
    from fiskil_harness.pytest_plugin.parametrize_ids import id_of

    return id_of(val)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let a test with the mark ``fiskil_scenario`` play its scenarios before its other fixtures are set up."""
    names = getattr(item, "fixturenames", None)
    if names is not None and item.get_closest_marker(MARK) and names[:1] != ["fiskil_outcomes"]:
        names[:] = ["fiskil_outcomes", *(name for name in names if name != "fiskil_outcomes")]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Empty what the fixtures of the test hold, before they are set up."""
    empty(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Empty what the fixtures of the test held, after they are torn down."""
    yield
    empty(item)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Generator[None, Any, Any]:
    """Refuse a fixture that fills ``fiskil`` for longer than one test."""
    with refuse_lost_end_users(fixturedef, lambda: request.getfixturevalue("fiskil")):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    """Empty what the fixtures of a property test hold, before each example."""
    with empty_for_each_example(pyfuncitem):
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Fail a test with the mark ``fiskil_scenario`` if a scenario failed."""
    if item.get_closest_marker(MARK):
        from fiskil_harness.pytest_plugin.marked_tests import judge_marked

        judge_marked(item)


class ScenarioResults:
    """A plugin that collects the results of all scenarios, from every xdist worker, for the summary at the end."""

    def __init__(self) -> None:
        self._results: dict[str, list[str]] = {}
        """The results as JSON, by test; a repeated test replaces its own."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        """Attach the results of the test's scenarios to its report, which xdist sends to its controller."""
        report: Any = yield
        if call.when == "call" and (item.get_closest_marker(MARK) or item.get_closest_marker("fiskil")):
            from fiskil_harness.pytest_plugin.results import shorten_summary, texts_of

            shorten_summary(item, report)
            report.fiskil_results = texts_of(item)
        return report

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep the results of the test."""
        results = getattr(report, "fiskil_results", None)
        if results:
            self._results[report.nodeid] = results

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the status of each practice that the scenarios test."""
        if self._results:
            from fiskil_harness.pytest_plugin.results import print_practices

            print_practices(terminalreporter, [text for texts in self._results.values() for text in texts])
