"""Deliveries around crashes and after thousands of others, with gallery apps."""

from pathlib import Path

import msgspec
import pytest

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario, load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

MANY = 2000
"""More messages than a bounded duplicate memory usually keeps."""


def outcomes(name: str, scenario: Scenario, workdir: Path, *, times: int = 1) -> list[Outcome]:
    """Return the outcomes of running *scenario* several times on the app called *name*."""
    driver = Driver(gallery.settings(gallery.app(name)), workdir=workdir, seed=7)
    try:
        return [driver.run(scenario) for _ in range(times)]
    finally:
        driver.close()


@pytest.mark.full
@pytest.mark.parametrize("name", ["preforked_receiver", "refusing_effect_committed_before_claim"])
def test_a_crash_gives_the_same_outcome_each_time(name: str, tmp_path: Path) -> None:
    """Deliveries in progress when the app dies depend on timing, so no finding counts or names them."""
    first, second = outcomes(name, load("webhook_killed_during_delivery"), tmp_path, times=2)

    assert first == second


@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "verdict"), [("node_receiver", Verdict.PASS), ("forgets_after_100_messages", Verdict.FAIL)]
)
def test_a_repetition_after_thousands_of_messages_is_recognised(name: str, verdict: Verdict, tmp_path: Path) -> None:
    """The number of messages is a parameter of a step, so a plan can use more than the scenario does."""
    usual = load("webhook_repeated_much_later")
    changed = [
        msgspec.structs.replace(step, times=MANY) if isinstance(step, steps.DeliverUnknownEvent) else step
        for step in usual.steps
    ]

    (outcome,) = outcomes(name, msgspec.structs.replace(usual, steps=tuple(changed)), tmp_path)

    assert outcome.verdict is verdict
