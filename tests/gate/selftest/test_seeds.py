"""Generated plans find a flaw with every seed, and raise no alarm about a correct receiver with any seed.

The bounds: 40 plans and ten seeds for a flaw, without shrinking; ten plans and fifty seeds for a correct receiver, with
alternating kinds of plans. One test runs ten seeds and takes up to three minutes, most of it waiting. A flaw that only plans
of the kind ``everything`` can find must be found with at least one of three seeds, because few of them do the same thing.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import PlanKind
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario.generation import explore

pytestmark = [pytest.mark.full, pytest.mark.timeout(900)]

KINDS: tuple[PlanKind, ...] = ("deliveries", "forgeries", "order")
FLAWED: dict[PlanKind, tuple[str, ...]] = {
    "deliveries": ("check_then_insert", "dedupe_by_body", "memory_dedupe", "no_dedupe"),
    "forgeries": ("signature_prefix_accepted", "whitespace_ignored"),
    "order": (
        "flask_older_status_wins",
        "starlette_late_received_event_reconnects",
        "stdlib_stores_in_memory_only",
        "stdlib_last_to_arrive_wins",
        "stdlib_events_before_received_dropped",
    ),
}
"""Flaws that generated plans can find, by the kind of plan."""

OF_EVERYTHING = ("refusing_claim_committed_before_effect", "refusing_effect_committed_before_claim", "asyncio_slots_leak")
"""Flaws that show when the app dies during a delivery, or a body is cut short."""

CORRECT = ("flask_receiver", "node_receiver", "starlette_receiver", "stdlib_receiver")
CORRECT_IN_EVERYTHING = ("flask_receiver", "node_receiver", "reference_app", "stdlib_receiver")
PLANS_FOR_FLAWED, PLANS_FOR_CORRECT = 40, 10
TENS = range(0, 50, 10)

Failing = Callable[..., list[bool]]


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[Failing]:
    """Yield a function that runs generated plans on a gallery app.

    It returns whether a plan failed, for each pair of a kind and a seed.
    """
    drivers: list[Driver] = []

    def run(name: str, pairs: Sequence[tuple[PlanKind, int]], *, count: int) -> list[bool]:
        entry = gallery.app(name)
        missing = gallery.missing_tool(entry)
        if missing:
            pytest.fail(f"{name} needs {missing}, which is not installed")
        driver = Driver(gallery.settings(entry), workdir=tmp_path, seed=0)
        drivers.append(driver)
        explorations = [
            explore(driver.run, kind=kind, seed=seed, wanted=count, can_restart=True, shrink_cap_s=0) for kind, seed in pairs
        ]
        return [exploration.failing is not None for exploration in explorations]

    yield run
    for driver in drivers:
        driver.close()


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in FLAWED.items() for name in names])
def test_a_flaw_is_found_with_every_seed(kind: PlanKind, name: str, failing: Failing) -> None:
    """A plan fails with each of ten seeds."""
    assert failing(name, [(kind, seed) for seed in range(10)], count=PLANS_FOR_FLAWED) == [True] * 10


@pytest.mark.parametrize("first", TENS)
@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_receiver_fails_with_no_seed(name: str, first: int, failing: Failing) -> None:
    """No plan fails with any of fifty seeds."""
    pairs = [(KINDS[seed % len(KINDS)], seed) for seed in range(first, first + 10)]

    assert failing(name, pairs, count=PLANS_FOR_CORRECT) == [False] * 10


@pytest.mark.parametrize("name", OF_EVERYTHING)
def test_a_flaw_is_found_by_plans_of_everything(name: str, failing: Failing) -> None:
    """A plan fails with at least one of three seeds."""
    assert any(failing(name, [("everything", seed) for seed in range(3)], count=PLANS_FOR_FLAWED))


@pytest.mark.parametrize("first", TENS[:2])
@pytest.mark.parametrize("name", CORRECT_IN_EVERYTHING)
def test_a_correct_receiver_fails_no_plan_of_everything(name: str, first: int, failing: Failing) -> None:
    """No plan fails with any of twenty seeds, although the app is killed during deliveries and bodies are cut short."""
    pairs: list[tuple[PlanKind, int]] = [("everything", seed) for seed in range(first, first + 10)]

    assert failing(name, pairs, count=PLANS_FOR_CORRECT) == [False] * 10
