"""The pytest plugin: fixtures for tests of an integration, and scenarios as pytest items on request.

It is imported at every start of every pytest in its environment, so only pytest itself is imported here.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

    from fiskil_harness.app.app_under_test import AppUnderTest
    from fiskil_harness.core.clock import Clock
    from fiskil_harness.core.config import Settings
    from fiskil_harness.runner.worker import Worker
    from fiskil_harness.server.local_fiskil import Enrolled, LocalFiskil
    from fiskil_harness.server.manual_deliveries import Deliveries

ALL = "*"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and an ini key for each that a project may want to fix."""
    group = parser.getgroup("fiskil", "fiskil-harness: rehearse a Fiskil integration")
    group.addoption("--fiskil", action="store_true", help="run every scenario against the app of the config")
    group.addoption(
        "--fiskil-scenarios",
        metavar="NAMES",
        nargs="?",
        const=ALL,
        help="run these scenarios, comma-separated names or patterns (default: all); write it with '='",
    )
    group.addoption("--fiskil-config", metavar="FILE", help="the config to use (default: the root folder's)")
    group.addoption("--fiskil-seed", metavar="N", type=int, help="the seed of people, rows and plans (default: 0)")
    group.addoption(
        "--fiskil-interpretation",
        metavar="CLAUSE=CHOICE",
        action="append",
        default=[],
        help="let another reading of a doubtful clause rule; may be repeated (see: fiskil-harness list interpretations)",
    )
    group.addoption("--fiskil-strict", action="store_true", help="a scenario that lacks a hook fails, not skips")
    group.addoption("--fiskil-rehearsal", metavar="FOLDER", help=argparse.SUPPRESS)
    parser.addini("fiskil_scenarios", "names or patterns of scenarios, as --fiskil-scenarios", type="args", default=[])
    parser.addini("fiskil_config", "the config to use, relative to the root folder, as --fiskil-config")
    parser.addini("fiskil_seed", "the seed, as --fiskil-seed")
    parser.addini("fiskil_interpretations", "clause=choice, as --fiskil-interpretation", type="args", default=[])
    parser.addini("fiskil_strict", "as --fiskil-strict", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Load the room for scenarios only where scenarios are asked for."""
    config.addinivalue_line("markers", "fiskil: a scenario of fiskil-harness, collected on request.")
    if config.getoption("fiskil_rehearsal") or _patterns(config):
        from fiskil_harness.pytest_plugin.items import Collecting

        config.pluginmanager.register(Collecting(config, _patterns(config)), "fiskil-collecting")


def _patterns(config: pytest.Config) -> list[str]:
    given = config.getoption("fiskil_scenarios")
    if given is not None:
        return [name.strip() for name in given.split(",") if name.strip()]
    if config.getoption("fiskil"):
        return [ALL]
    return list(config.getini("fiskil_scenarios"))


@pytest.fixture(scope="session")
def fiskil_app_object() -> Any:
    """Override this to give the app as a Python object: an ``App``, or an ASGI or WSGI application."""
    return None


@pytest.fixture(scope="session")
def fiskil_settings(request: pytest.FixtureRequest) -> Settings:
    """The config of the app under test, as ``fiskil-harness.toml`` gives it; override it to build one in Python."""
    from fiskil_harness.pytest_plugin.items import plainly, settings_of

    with plainly():
        return settings_of(request.config)


@pytest.fixture(scope="session")
def fiskil_worker(request: pytest.FixtureRequest, fiskil_settings: Settings, fiskil_app_object: Any) -> Iterator[Worker]:
    """The driver behind every other fixture: one sandbox and one app for each pytest worker."""
    from fiskil_harness.pytest_plugin.items import open_worker, plainly

    with plainly():
        worker = open_worker(request.config, fiskil_settings, fiskil_app_object)
    yield worker
    worker.close()


@pytest.fixture(scope="session")
def fiskil_server(fiskil_worker: Worker) -> LocalFiskil:
    """A local Fiskil for the whole session, never reset: for property tests, which refuse function-scoped fixtures."""
    return fiskil_worker.fiskil


@pytest.fixture
def sandbox(fiskil_server: LocalFiskil) -> Iterator[LocalFiskil]:
    """A local Fiskil that listens on loopback and knows nobody yet; everything is forgotten after the test."""
    fiskil_server.reset()
    yield fiskil_server
    fiskil_server.reset()


@pytest.fixture
def fiskil(sandbox: LocalFiskil) -> LocalFiskil:
    """Another name for ``sandbox``."""
    return sandbox


@pytest.fixture
def enrol(sandbox: LocalFiskil) -> Any:
    """Enrol people: ``enrol("rosa")`` by the name of their file, ``enrol()`` for one made from the seed."""
    return sandbox.enrol


@pytest.fixture
def end_user(sandbox: LocalFiskil) -> Enrolled:
    """Rosa, enrolled and with a consent, every dataset synced."""
    rosa = sandbox.enrol("rosa")
    sandbox.authorise(rosa)
    return rosa


@pytest.fixture
def fiskil_clock(sandbox: LocalFiskil) -> Clock:
    """Sandbox time: real time, until the test advances it."""
    return sandbox.sandbox.clock


@pytest.fixture
def broken(sandbox: LocalFiskil) -> Any:
    """What breaks a route for a block, as ``sandbox.broken`` does."""
    return sandbox.broken


@pytest.fixture(scope="session")
def fiskil_app(fiskil_worker: Worker) -> AppUnderTest:
    """The app of the config (or ``fiskil_app_object``), started once for the session, with the sandbox in front of it."""
    from fiskil_harness.pytest_plugin.items import app_of, plainly

    with plainly():
        return app_of(fiskil_worker)


@pytest.fixture
def deliveries(sandbox: LocalFiskil) -> Deliveries:
    """Hand the sandbox's events over to any receiver on loopback: ``deliveries.deliver(url)``, ``retry``, ``replay``."""
    from fiskil_harness.server.manual_deliveries import Deliveries

    return Deliveries(sandbox)


@pytest.fixture
def callback_server() -> Iterator[HTTPServer]:
    """A recording server on loopback for redirects, alerts and webhooks (pytest-httpserver, one of its own)."""
    from pytest_httpserver import HTTPServer

    server = HTTPServer(host="127.0.0.1", port=0, threaded=True)
    server.start()
    yield server
    server.clear()
    server.stop()
