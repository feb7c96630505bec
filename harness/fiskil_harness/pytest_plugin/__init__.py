"""The pytest plugin: fixtures for tests of an integration, and scenarios as pytest items on request.

Every pytest in the environment imports this module at its start, so it imports nothing but pytest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

    from fiskil_harness.app.app_under_test import AppUnderTest
    from fiskil_harness.core.clock import Clock
    from fiskil_harness.core.config import Settings
    from fiskil_harness.runner.worker import Worker
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.server.local_fiskil import LocalFiskil
    from fiskil_harness.server.manual_deliveries import Deliveries

ALL = "*"
"""The pattern that selects every scenario."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the command-line options, and ini keys for those that a project may set permanently."""
    group = parser.getgroup("fiskil", "fiskil-harness: test a Fiskil integration")
    group.addoption("--fiskil", action="store_true", help="run every scenario against the app of the config")
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
    """Register the scenario collection, if scenarios were requested; empty the file of the app's output.

    Raises:
        UsageError: A name is wrong, or the file cannot be written.
    """
    config.addinivalue_line("markers", "fiskil: a scenario of fiskil-harness, collected on request.")
    if config.getoption("fiskil_app_log") or config.getini("fiskil_app_log"):
        from fiskil_harness.pytest_plugin.items import empty_app_log

        empty_app_log(config)
    patterns = _patterns(config)
    if patterns:
        from fiskil_harness.pytest_plugin.items import ScenarioCollection

        config.pluginmanager.register(ScenarioCollection(config, patterns), "fiskil-collecting")


def _patterns(config: pytest.Config) -> list[str]:
    names = config.getoption("fiskil_scenarios")
    if names is not None:
        return [name.strip() for name in names.split(",") if name.strip()]
    if config.getoption("fiskil"):
        return [ALL]
    return list(config.getini("fiskil_scenarios"))


@pytest.fixture(scope="session")
def fiskil_app_object() -> Any:
    """Return None; override this fixture to return your app as a Python object: an ``App``, or an ASGI or WSGI app."""
    return None


@pytest.fixture(scope="session")
def fiskil_settings(request: pytest.FixtureRequest) -> Settings:
    """Return the config from ``fiskil-harness.toml``; override this fixture to build one in Python."""
    from fiskil_harness.pytest_plugin.items import settings_of, without_traceback

    with without_traceback():
        return settings_of(request.config)


@pytest.fixture(scope="session")
def fiskil_worker(request: pytest.FixtureRequest, fiskil_settings: Settings, fiskil_app_object: Any) -> Iterator[Worker]:
    """Yield the worker, which provides one sandbox and one app to all other fixtures of this pytest process."""
    from fiskil_harness.pytest_plugin.items import open_worker, without_traceback

    with without_traceback():
        worker = open_worker(request.config, fiskil_settings, fiskil_app_object)
    yield worker
    worker.close()


@pytest.fixture(scope="session")
def fiskil_server(fiskil_worker: Worker) -> LocalFiskil:
    """Return the local Fiskil without resetting it, for property tests, which cannot use function-scoped fixtures."""
    return fiskil_worker.driver.fiskil


@pytest.fixture
def sandbox(fiskil_server: LocalFiskil) -> Iterator[LocalFiskil]:
    """Yield a local Fiskil on loopback without end users; it is reset after the test."""
    fiskil_server.reset()
    yield fiskil_server
    fiskil_server.reset()


@pytest.fixture
def fiskil(sandbox: LocalFiskil) -> LocalFiskil:
    """Return the local Fiskil of the fixture ``sandbox``."""
    return sandbox


@pytest.fixture
def enrol(sandbox: LocalFiskil) -> Any:
    """Return the function that enrols end users: ``enrol("rosa")`` by name, ``enrol()`` for a generated person."""
    return sandbox.enrol


@pytest.fixture
def end_user(sandbox: LocalFiskil) -> EndUser:
    """Return Rosa, enrolled, with a consent and every dataset synced."""
    rosa = sandbox.enrol("rosa")
    sandbox.authorise(rosa)
    return rosa


@pytest.fixture
def fiskil_clock(sandbox: LocalFiskil) -> Clock:
    """Return the sandbox clock: real time, until the test advances it."""
    return sandbox.sandbox.clock


@pytest.fixture
def broken(sandbox: LocalFiskil) -> Any:
    """Return ``sandbox.broken``, a context manager that sets a fault on a route."""
    return sandbox.broken


@pytest.fixture(scope="session")
def fiskil_app(fiskil_worker: Worker) -> AppUnderTest:
    """Return the app of the config, or ``fiskil_app_object``, started once per session and connected to the sandbox."""
    from fiskil_harness.pytest_plugin.items import app_of, without_traceback

    with without_traceback():
        return app_of(fiskil_worker)


@pytest.fixture
def deliveries(sandbox: LocalFiskil) -> Deliveries:
    """Return an object with ``deliver(url)``, ``retry`` and ``replay``, which send the sandbox's events to a receiver."""
    from fiskil_harness.server.manual_deliveries import Deliveries

    return Deliveries(sandbox)


@pytest.fixture
def callback_server() -> Iterator[HTTPServer]:
    """Yield a pytest-httpserver on loopback that records the requests of redirects, alerts and webhooks."""
    from pytest_httpserver import HTTPServer

    server = HTTPServer(host="127.0.0.1", port=0, threaded=True)
    server.start()
    yield server
    server.clear()
    server.stop()
