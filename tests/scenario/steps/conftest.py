"""What the tests of steps share: a mailbox to deliver to, and a driver that performs steps in front of it."""

from collections.abc import Callable, Iterator

import pytest
from apps.mailbox import Mailbox
from pytest_httpserver import HTTPServer

from harness.driver import Driver
from harness.journal import Journal
from harness.scenario import Scenario

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
