"""Receivers under generated plans: each flaw is found and shrunk to a handwritten plan, and no correct receiver fails.

The bounds: up to 25 plans, in some seconds for each flaw; one seed here, ten and twenty in the full run.
"""

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario.generation import Exploration, explore
from tests.sampling import except_for

Drive = Callable[..., Driver]
MakeSettings = Callable[..., Settings]

TWINS = ("a: authorise, sync, deliver", "c: authorise, sync, deliver", "b: authorise, sync")

BY_HAND = {
    ("deliveries", "body_hash"): ("authorise", "deliver one e0", "retry e0"),
    ("deliveries", "check_then_insert"): ("authorise", "burst e0"),
    ("deliveries", "forgets_on_restart"): ("authorise", "deliver one e0", "restart", "retry e0"),
    ("forgeries", "missing_is_fine"): ("authorise", "forge unsigned"),
    ("order", "older_wins"): (*TWINS, "deliver one b.e3"),
    ("order", "loses_after_ack"): (*TWINS, "deliver one b.e0", "restart"),
}
"""The results of shrinking, without the last step of every plan, which delivers the rest."""

PATIENCE_S = 500
"""Long enough for a busy machine to find each flaw."""

COPIES = re.compile(r" \([^)]*\)")
LONG = [("order", "loses_after_ack"), ("deliveries", "forgets_on_restart"), ("deliveries", "slow_worker")]
"""Flaws and correct variants that take long, because the app is restarted often or slow."""

CORRECT = ["", "refuses_losers", "refuses_orphans", "slow_worker", "state_only"]
KINDS = ["deliveries", "forgeries", "order"]


@pytest.fixture
def search(drive: Drive, receiver_settings: MakeSettings) -> Callable[..., Exploration]:
    """Run generated plans on the durable receiver."""
    drivers: dict[str, Driver] = {}

    def run(kind: Any, seed: int, wanted: int, **environment: str) -> Exploration:
        key = str(environment)
        if key not in drivers:
            durable = {"command": "{python} durable_receiver.py {port}", "limits": {}}
            drivers[key] = drive(receiver_settings(app=durable, **environment))
        caps = {"search_cap_s": PATIENCE_S, "shrink_cap_s": PATIENCE_S}
        return explore(drivers[key].run, kind=kind, seed=seed, wanted=wanted, can_restart=True, **caps)

    return run


@pytest.mark.parametrize(("kind", "flaw"), except_for(LONG, BY_HAND))
def test_a_flaw_is_found_and_shrunk(search: Callable[..., Exploration], kind: str, flaw: str) -> None:
    """The shortest failing plan is a handwritten one, apart from the number and kind of copies that a race needs."""
    explored = search(kind, 1, 25, FLAW=flaw)

    assert explored.runs[-1].verdict == "FAIL"
    assert tuple(COPIES.sub("", line) for line in explored.runs[-1].summary[:-1]) == BY_HAND[kind, flaw]


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("kind", "flaw"), list(BY_HAND))
def test_a_flaw_is_found_with_every_seed(search: Callable[..., Exploration], kind: str, flaw: str, seed: int) -> None:
    """Finding a flaw does not depend on luck."""
    assert search(kind, seed, 25, FLAW=flaw).failing is not None


@pytest.mark.parametrize(
    ("kind", "variant"), except_for(LONG, itertools.product(KINDS, ["", "refuses_losers", "slow_worker"]))
)
def test_a_correct_receiver_does_not_fail(search: Callable[..., Exploration], kind: str, variant: str) -> None:
    """No plan fails, and the plans have an effect to judge."""
    verdicts = {run.verdict for run in search(kind, 1, 2, VARIANT=variant).runs}

    assert verdicts == {"PASS"}


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("first", range(0, 20, 4))
@pytest.mark.parametrize("variant", CORRECT)
@pytest.mark.parametrize("kind", KINDS)
def test_a_correct_receiver_never_fails(search: Callable[..., Exploration], kind: str, variant: str, first: int) -> None:
    """It does not fail with any other of twenty seeds, four in each test."""
    failing = [search(kind, seed, 6, VARIANT=variant).failing for seed in range(first, first + 4)]

    assert failing == [None] * 4
