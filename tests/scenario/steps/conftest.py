"""What the tests of steps share: a mailbox to deliver to, and a driver that performs steps in front of it."""

from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.journal import Journal
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    """One server for the module, because stopping one takes half a second."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as one:
        yield one


@pytest.fixture
def mailbox(server: HTTPServer) -> Mailbox:
    """A receiver that keeps what it gets."""
    return Mailbox(server)


@pytest.fixture
def driver(mailbox: Mailbox, drive: Callable[..., Driver]) -> Driver:
    """A driver in front of it."""
    return drive(mailbox.settings())


@pytest.fixture
def perform(driver: Driver) -> Perform:
    """Perform steps; the journal, and what went wrong."""
    return lambda *given: driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))
