"""Steps of a key's rotation: a second key that works, a first that ends, and everything as it was afterwards."""

from collections.abc import Callable

import httpx
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.journal import Journal, Key, KeyInUse, Started
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario

Perform = Callable[..., tuple[Journal, str]]


@pytest.fixture
def started(drive: Callable[..., Driver], receiver_settings: Callable[..., Settings]) -> Driver:
    """A receiver that can be started again."""
    return drive(receiver_settings())


def exchange(driver: Driver, secret: str) -> int:
    """How a token is refused or given for *secret*."""
    pair = {"client_id": driver.fiskil.credentials.client_id, "client_secret": secret}
    return httpx.post(f"{driver.fiskil.api_url}/v1/token", json=pair).status_code


def test_the_app_is_started_with_a_second_key(started: Driver) -> None:
    """It is written down, and the first one is given back afterwards."""
    first = started.app.values["client_secret"]

    journal, crashed = started.perform(_scenario(steps.RotateKey()))

    given = journal.all(KeyInUse)
    assert not crashed
    assert [key_in_use.client_secret == first for key_in_use in given] == [True, False]
    assert [started.how for started in journal.all(Started)][-2:] == ["kill", "restart"]
    assert started.app.values["client_secret"] == first


def test_the_first_key_ends_until_the_scenario_does(started: Driver) -> None:
    """Then it is good again, and both are secrets."""
    first = started.app.values["client_secret"]

    journal, crashed = started.perform(_scenario(steps.RotateKey(), steps.RevokeFirstKey()))

    assert not crashed
    assert [key.state for key in journal.all(Key)] == ["rotated"]
    assert exchange(started, first) == 200
    assert set(started.fiskil.sandbox.canaries()["client secret"]) >= {first, journal.all(KeyInUse)[1].client_secret}


def test_a_first_key_needs_a_second(started: Driver) -> None:
    """Otherwise the app would have none."""
    _, crashed = started.perform(_scenario(steps.RevokeFirstKey()))

    assert "There is no other key yet" in crashed


def _scenario(*given: object) -> Scenario:
    return Scenario(name="x", practices=(), steps=given, probes=())  # type: ignore[arg-type]
