"""Deliveries around crashes and after thousands of others, with apps of the gallery."""

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
"""More than memories that are bounded by number usually hold."""


def outcomes(name: str, scenario: Scenario, workdir: Path, *, times: int = 1) -> list[Outcome]:
    """What came of *scenario* with the app called *name*, so many times."""
    driver = Driver(gallery.settings(gallery.app(name)), workdir=workdir, seed=7)
    try:
        return [driver.run(scenario) for _ in range(times)]
    finally:
        driver.close()


@pytest.mark.full
@pytest.mark.parametrize("name", ["preforked_receiver", "refusing_effect_committed_before_claim"])
def test_a_crash_reads_the_same_each_time(name: str, tmp_path: Path) -> None:
    """Who was under way when the app died is a matter of time, so no finding counts or names it."""
    first, second = outcomes(name, load("webhook_killed_during_delivery"), tmp_path, times=2)

    assert first == second


@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "verdict"), [("node_receiver", Verdict.PASS), ("forgets_after_100_messages", Verdict.FAIL)]
)
def test_thousands_may_come_in_between(name: str, verdict: Verdict, tmp_path: Path) -> None:
    """How many is a number of one step, so a plan file can ask for more than the scenario does."""
    usual = load("webhook_repeated_much_later")
    more = [
        msgspec.structs.replace(step, times=MANY) if isinstance(step, steps.DeliverUnknownEvent) else step
        for step in usual.steps
    ]

    (outcome,) = outcomes(name, msgspec.structs.replace(usual, steps=tuple(more)), tmp_path)

    assert outcome.verdict is verdict
