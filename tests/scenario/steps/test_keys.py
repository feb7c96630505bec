"""Steps of a key rotation: the second key works, the first one is revoked, and both are accepted afterwards."""

from collections.abc import Callable

import httpx
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.journal import Journal, Key, KeyInUse, ProcessChanged
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario

Perform = Callable[..., tuple[Journal, str]]


@pytest.fixture
def driver(drive: Callable[..., Driver], receiver_settings: Callable[..., Settings]) -> Driver:
    """A driver of a receiver that can be restarted."""
    return drive(receiver_settings())


def token_status(driver: Driver, secret: str) -> int:
    """Return the status of a token request with *secret*."""
    pair = {"client_id": driver.fiskil.credentials.client_id, "client_secret": secret}
    return httpx.post(f"{driver.fiskil.api_url}/v1/token", json=pair, timeout=30).status_code


def test_the_app_is_restarted_with_a_second_key(driver: Driver) -> None:
    """That is recorded, and the app gets the first key again afterwards."""
    first = driver.app.values["client_secret"]

    journal, crashed = driver.perform(_scenario(steps.RotateKey()))

    keys_in_use = journal.all(KeyInUse)
    assert not crashed
    assert [key_in_use.client_secret == first for key_in_use in keys_in_use] == [True, False]
    assert [started.change for started in journal.all(ProcessChanged)][-2:] == ["kill", "restart"]
    assert driver.app.values["client_secret"] == first


def test_the_first_key_is_revoked_until_the_end_of_the_scenario(driver: Driver) -> None:
    """Afterwards it is valid again, and both keys are secrets."""
    first = driver.app.values["client_secret"]

    journal, crashed = driver.perform(_scenario(steps.RotateKey(), steps.RevokeFirstKey()))

    assert not crashed
    assert [key.state for key in journal.all(Key)] == ["rotated"]
    assert token_status(driver, first) == 200
    assert set(driver.fiskil.sandbox.canaries()["client secret"]) >= {first, journal.all(KeyInUse)[1].client_secret}


def test_a_first_key_needs_a_second(driver: Driver) -> None:
    """Without a second key the app would have none."""
    _, crashed = driver.perform(_scenario(steps.RevokeFirstKey()))

    assert "The app has no second key yet." in crashed


def _scenario(*sequence: object) -> Scenario:
    return Scenario(name="x", practices=(), steps=sequence, probes=())  # type: ignore[arg-type]
