"""The fixtures for tests of an integration. The first line of each docstring ends with the scope.

Every pytest in the environment imports this module at its start, so it imports nothing but pytest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from fiskil_harness.pytest_plugin.emptying import empty_before_each_test

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

    from fiskil_harness.app.app_under_test import AppUnderTest
    from fiskil_harness.core.clock import Clock
    from fiskil_harness.core.config import Settings
    from fiskil_harness.probes.outcome import Outcome
    from fiskil_harness.pytest_plugin.signed_webhooks import SignedWebhooks
    from fiskil_harness.runner.worker import Worker
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.server.local_fiskil import LocalFiskil
    from fiskil_harness.server.manual_deliveries import Deliveries


@pytest.fixture(scope="session")
def fiskil_app_object() -> Any:
    """Return None; override it to return your app as a Python object (session scope).

    The object is an ``App``, or an ASGI or WSGI app.
    """
    return None


@pytest.fixture(scope="session")
def fiskil_settings(request: pytest.FixtureRequest) -> Settings:
    """Return the config from ``fiskil-harness.toml``; override it to build one in Python (session scope)."""
    from fiskil_harness.pytest_plugin.options import settings_of, without_traceback

    with without_traceback():
        return settings_of(request.config)


@pytest.fixture(scope="session")
def fiskil_worker(request: pytest.FixtureRequest, fiskil_settings: Settings, fiskil_app_object: Any) -> Iterator[Worker]:
    """Yield the worker with the Fiskil and the app of all other fixtures; ``play`` runs a scenario (session scope)."""
    from fiskil_harness.pytest_plugin.options import open_worker, without_traceback

    with without_traceback():
        worker = open_worker(request.config, fiskil_settings, fiskil_app_object)
    yield worker
    worker.close()


@pytest.fixture(scope="session")
def fiskil_server(fiskil_worker: Worker) -> LocalFiskil:
    """Return the local Fiskil as earlier tests left it, for fixtures that fill it for many tests (session scope)."""
    return fiskil_worker.driver.fiskil


@pytest.fixture(scope="session")
def fiskil(request: pytest.FixtureRequest, fiskil_server: LocalFiskil) -> LocalFiskil:
    """Return the local Fiskil, emptied before each test and each Hypothesis example (session scope)."""
    empty_before_each_test(request.config, "fiskil", fiskil_server.reset)
    return fiskil_server


@pytest.fixture(scope="session")
def fiskil_clock(fiskil: LocalFiskil) -> Clock:
    """Return the clock of ``fiskil``: real time, until the test advances it (session scope)."""
    return fiskil.sandbox.clock


@pytest.fixture
def fiskil_end_user(request: pytest.FixtureRequest, fiskil: LocalFiskil) -> EndUser:
    """Return Rosa, enrolled, with a consent and every dataset synced (function scope).

    An indirect parameter selects another person, by name or as a ``Person``.
    """
    from fiskil_harness.pytest_plugin.options import without_traceback

    person = getattr(request, "param", "rosa")
    with without_traceback():
        end_user = fiskil.enrol(getattr(person, "name", person))
        fiskil.authorise(end_user)
    return end_user


@pytest.fixture(scope="session")
def fiskil_app(fiskil_worker: Worker) -> AppUnderTest:
    """Return the app of the config, or ``fiskil_app_object``, running and connected to ``fiskil`` (session scope)."""
    from fiskil_harness.pytest_plugin.options import started, without_traceback

    with without_traceback():
        return started(fiskil_worker).driver.app


@pytest.fixture(scope="session")
def fiskil_deliveries(request: pytest.FixtureRequest, fiskil: LocalFiskil) -> Deliveries:
    """Return ``deliver(url)``, ``retry`` and ``replay``: they send the events of ``fiskil`` as webhooks (session scope)."""
    from fiskil_harness.server.manual_deliveries import Deliveries

    deliveries = Deliveries(fiskil)
    empty_before_each_test(request.config, "fiskil_deliveries", deliveries.reset)
    return deliveries


@pytest.fixture(scope="session")
def fiskil_webhooks(fiskil: LocalFiskil) -> SignedWebhooks:
    """Return the events of ``fiskil`` as signed requests that a test passes to its handler itself (session scope)."""
    from fiskil_harness.pytest_plugin.signed_webhooks import SignedWebhooks

    return SignedWebhooks(fiskil)


@pytest.fixture(scope="session")
def fiskil_callbacks(request: pytest.FixtureRequest) -> Iterator[HTTPServer]:
    """Yield a pytest-httpserver that records redirects, alerts and webhooks, emptied as ``fiskil`` is (session scope)."""
    from pytest_httpserver import HTTPServer

    server = HTTPServer(host="127.0.0.1", port=0, threaded=True)
    server.start()
    empty_before_each_test(request.config, "fiskil_callbacks", server.clear)
    yield server
    server.clear()
    server.stop()


@pytest.fixture
def fiskil_outcomes(request: pytest.FixtureRequest, fiskil_worker: Worker) -> dict[str, Outcome]:
    """Play the scenarios of the mark ``fiskil_scenario`` and return the outcomes by scenario (function scope)."""
    from fiskil_harness.pytest_plugin.marked_tests import play_marked
    from fiskil_harness.pytest_plugin.options import without_traceback

    with without_traceback():
        return play_marked(request.node, fiskil_worker)
