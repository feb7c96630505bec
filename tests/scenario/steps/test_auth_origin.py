"""Journeys of apps that know the consent page at ``https://auth.fiskil.com``: with forms, by a redirect and in a frame."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.core.config.schema import SandboxSettings
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import Journey, Pressed
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario

pytestmark = pytest.mark.slow


@pytest.fixture(params=["embedded_app", "reference_app"])
def driver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Driver]:
    """A driver of an app in front of a local Fiskil that poses as Fiskil, over TLS."""
    sandbox = SandboxSettings(tls=True, auth_origin="https://auth.fiskil.com")
    settings = msgspec.structs.replace(gallery.settings(gallery.app(request.param)), sandbox=sandbox)
    driver = Driver(settings, workdir=tmp_path, seed=7)
    yield driver
    driver.close()


@pytest.mark.parametrize("step", [steps.WalkInBrowser(), steps.Connect()], ids=["browser", "forms"])
def test_a_journey_ends_with_a_consent(driver: Driver, step: steps.Connect | steps.WalkInBrowser) -> None:
    """The browser finds the page at that host, and the app accepts its redirect or its message."""
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=(step,), probes=()))

    assert crashed == ""
    # Otherwise the harness itself opened the page after the browser had not found it.
    assert [pressed.problem for pressed in journal.all(Pressed) if pressed.problem] == []
    assert [journey.ending for journey in journal.all(Journey)] == ["APPROVED"]
    assert driver.app.values["auth_url"] == "https://auth.fiskil.com"
