"""Fixtures of the tests of steps: a mailbox that receives deliveries, and a driver that performs steps in front of it."""

from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.journal import Journal
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, feed_settings
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


FEWEST_EVENTS = {"sync.early-transactions": "none", "sync.public-data": "silent"}


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    """One server for the module, because stopping one takes half a second."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as http_server:
        yield http_server


@pytest.fixture
def mailbox(server: HTTPServer) -> Mailbox:
    """A receiver that keeps the requests it gets."""
    return Mailbox(server)


@pytest.fixture
def driver(mailbox: Mailbox, drive: Callable[..., Driver]) -> Driver:
    """A driver in front of the mailbox."""
    return drive(mailbox.settings())


@pytest.fixture
def perform(driver: Driver) -> Perform:
    """Perform steps with the fewest events; return the journal, and the reason if a step failed."""
    return lambda *sequence: driver.perform(
        Scenario(name="x", practices=(), steps=sequence, probes=(), interpretations=FEWEST_EVENTS)
    )


@pytest.fixture
def perform_with_feed(drive: Callable[..., Driver]) -> Perform:
    """Perform steps between a local Fiskil and the feed; return the journal, and the reason if a step failed."""
    driver = drive(feed_settings(request_deadline_s=30), given=Feed())

    def run(*sequence: steps.AnyStep) -> tuple[Journal, str]:
        return driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    return run
