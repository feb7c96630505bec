"""Selection: names, patterns and files mean scenarios, and what means nothing is refused with the nearest match."""

import json
from pathlib import Path

import msgspec
import pytest

from fiskil_harness import probes
from fiskil_harness.core import catalog
from fiskil_harness.errors import PlanError, UnknownName, UsageError
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario, dump_plan, load
from fiskil_harness.scenario.selection import about_receivers, select, with_plans
from fiskil_harness.scenario.steps import RunGeneratedPlans

MINE = '''"""A scenario of my own."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0")),
    probes=(probes.AppliesOnce(),),
)
'''


def test_a_name_means_one_scenario() -> None:
    """The scenario knows its name and its title."""
    (found,) = select(["happy_path"])

    assert (found.name, bool(found.title)) == ("happy_path", True)


def test_a_pattern_means_every_scenario_that_fits_each_once() -> None:
    """Overlapping names and patterns bring no scenario twice."""
    found = select(["*", "happy_path"])

    assert [scenario.name for scenario in found] == catalog.scenario_names()


@pytest.mark.parametrize("name", ["happy_pat", "nothing_*"])
def test_what_means_nothing_is_refused(name: str) -> None:
    """The complaint names what was typed and what is known."""
    with pytest.raises(UnknownName, match="No scenario"):
        select([name])


def test_a_file_of_ones_own_is_a_scenario(tmp_path: Path) -> None:
    """Its name is the file's."""
    path = tmp_path / "our_own.py"
    path.write_text(MINE)

    assert [scenario.name for scenario in select([str(path)])] == ["our_own"]


def test_a_plan_is_a_scenario(tmp_path: Path) -> None:
    """A saved plan runs like any other, under its own name or the file's."""
    plan = Scenario(
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0")),
        probes=(probes.AppliesOnce(),),
    )
    path = tmp_path / "short_plan.json"
    path.write_text(dump_plan(plan, seed=3))

    assert [scenario.name for scenario in select([str(path)])] == ["short_plan"]


def test_two_scenarios_of_one_name_are_refused(tmp_path: Path) -> None:
    """Their outcomes could not be told apart."""
    path = tmp_path / "happy_path.py"
    path.write_text(MINE)

    with pytest.raises(UsageError, match="Two different scenarios are called 'happy_path'"):
        select(["happy_path", str(path)])


def test_a_file_that_is_no_plan_is_refused(tmp_path: Path) -> None:
    """The reason is in the complaint, without a traceback."""
    path = tmp_path / "plan.json"
    path.write_text('{"format": 1}')

    with pytest.raises(PlanError, match=r"plan\.json is no plan"):
        select([str(path)])


def test_a_step_of_ones_own_is_refused(tmp_path: Path) -> None:
    """Scenarios are handed to workers as plans, so only known steps can be in them."""
    path = tmp_path / "our_own.py"
    path.write_text(
        MINE.replace("SCENARIO", "class Mine(steps.PlainStep, tag='mine'):\n    pass\n\n\nSCENARIO").replace(
            "steps.Deliver()", "Mine()"
        )
    )

    with pytest.raises(UsageError, match=r"The scenario of our_own\.py cannot be saved as a plan"):
        select([str(path)])


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("from fiskil_harness", "import sys; sys.exit(0)\nfrom harness", r"our_own\.py cannot be loaded: SystemExit: 0"),
        ('steps.Authorise(), steps.Deliver(), steps.Retry("e0")', "steps.Authorise()", r"Expected 'array', got 'object'"),
        ("steps.Deliver()", '"deliver"', r"Expected 'object', got 'str'"),
        ("steps.Deliver()", "steps.Deliver", r"The scenario of our_own\.py cannot be saved as a plan"),
        ("steps.Deliver()", "steps.Advance(seconds='5')", r"Expected 'float', got 'str'"),
        ("steps.Deliver()", "steps.Advance(seconds=-5)", r"sandbox time moves forward"),
        ('"webhooks.idempotent",', '"webhooks.idempotent"', r"Expected 'array', got 'str'"),
    ],
)
def test_slips_in_a_file_are_told(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    """In a sentence, as what the file's author did; never as a fault of ours."""
    path = tmp_path / "our_own.py"
    assert right in MINE
    path.write_text(MINE.replace(right, wrong, 1))

    with pytest.raises(UsageError, match=words):
        select([str(path)])


@pytest.mark.parametrize(
    ("step", "seed", "words"),
    [
        ('{"type": "advance", "days": 99999999}', 0, "at most 3660 days at once"),
        (
            '{"type": "inject_fault", "route": "token", "fault": {"type": "drip", "every_ms": 0}}',
            0,
            "Drip: every_ms must be",
        ),
        ('{"type": "deliver"}', -1, r"plan\.json has the seed -1; a seed is 0 or greater\."),
    ],
)
def test_a_plan_with_values_that_cannot_work_is_refused(tmp_path: Path, step: str, seed: int, words: str) -> None:
    """As the same values are refused in a file and on the command line."""
    plan = dump_plan(Scenario(practices=(), steps=(steps.Deliver(),), probes=()), seed=seed)
    path = tmp_path / "plan.json"
    path.write_text(
        json.dumps(json.loads(plan) | {"scenario": {"practices": [], "probes": [], "steps": [json.loads(step)]}})
    )

    with pytest.raises(UsageError, match=words):
        select([str(path)])


@pytest.mark.full
def test_the_phases_share_the_scenarios_out() -> None:
    """What is named is direct, what is drawn is random, and together they are all about receivers; whole lives are not."""
    direct, drawn = ({scenario.name for scenario in about_receivers(phase)} for phase in ("direct", "random"))

    assert drawn == {scenario_name for scenario_name in catalog.scenario_names() if scenario_name.endswith("_generated")} - {
        "life_plans_generated"
    }
    assert {text for text in direct if not text.startswith("webhook_")} == set()
    assert {scenario.name for scenario in about_receivers()} == direct | drawn
    assert direct & drawn == set()


@pytest.mark.full
def test_heavy_deliveries_are_direct_and_only_asked_for() -> None:
    """What costs bytes or time comes with the named deliveries, and not by itself."""
    usual, heavy = (
        {scenario.name for scenario in about_receivers("direct", is_heavy=is_heavy)} for is_heavy in (False, True)
    )

    assert heavy - usual == set(catalog.opt_in_names())
    assert about_receivers("random", is_heavy=True) == about_receivers("random")


def test_the_number_of_plans_can_be_chosen() -> None:
    """Where plans are drawn; other scenarios stay as they are, and so does everything without a choice."""
    found = select(["deliveries_generated", "happy_path"])

    changed = with_plans(found, 200)

    assert [getattr(scenario.steps[0], "plans", None) for scenario in changed] == [200, None]
    assert changed[1] == found[1]
    assert with_plans(found, None) == found


def test_no_plan_at_all_is_refused() -> None:
    """A random phase of nothing would see nothing."""
    with pytest.raises(UsageError, match="plans must be from 1 to 1000"):
        with_plans(select(["deliveries_generated"]), 0)


def test_the_time_to_shrink_is_asked_for_alike() -> None:
    """It changes drawn plans alone, and leaves their number."""
    changed = with_plans([load("delivery_order_generated"), load("webhook_repeated")], None, 5)

    assert changed == [
        msgspec.structs.replace(load("delivery_order_generated"), steps=(RunGeneratedPlans("order", 10, shrink_s=5),)),
        load("webhook_repeated"),
    ]
