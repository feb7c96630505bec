"""Selection: names, patterns and files select scenarios, and an unknown name is refused with the nearest match."""

import json
from pathlib import Path

import msgspec
import pytest

from fiskil_harness import probes
from fiskil_harness.core import catalog
from fiskil_harness.errors import PlanError, UnknownName, UsageError
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario, dump_plan, load
from fiskil_harness.scenario.selection import receiver_scenarios, select, with_plans

MINE = '''"""A scenario of my own."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0")),
    probes=(probes.AppliesOnce(),),
)
'''


GENERATED = """from fiskil_harness import GeneratedScenario

SCENARIO = GeneratedScenario(practices=("webhooks.retries",), kind="order")
"""


def test_a_name_selects_one_scenario() -> None:
    """The scenario has its name and its title."""
    (scenario,) = select(["happy_path"])

    assert (scenario.name, bool(scenario.title)) == ("happy_path", True)


def test_a_pattern_selects_every_matching_scenario_once() -> None:
    """Overlapping names and patterns select no scenario twice."""
    scenarios = select(["*", "happy_path"])

    assert [scenario.name for scenario in scenarios] == catalog.scenario_names()


@pytest.mark.parametrize("name", ["happy_pat", "nothing_*"])
def test_an_unknown_name_is_refused(name: str) -> None:
    """The message contains the given name and the known ones."""
    with pytest.raises(UnknownName, match="No scenario"):
        select([name])


def test_a_python_file_is_a_scenario(tmp_path: Path) -> None:
    """Its name is the file's."""
    path = tmp_path / "our_own.py"
    path.write_text(MINE)

    assert [scenario.name for scenario in select([str(path)])] == ["our_own"]


def test_a_plan_is_a_scenario(tmp_path: Path) -> None:
    """A saved plan runs like any other scenario, with its own name or the file's."""
    plan = Scenario(
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0")),
        probes=(probes.AppliesOnce(),),
    )
    path = tmp_path / "short_plan.json"
    path.write_text(dump_plan(plan, seed=3))

    assert [scenario.name for scenario in select([str(path)])] == ["short_plan"]


def test_a_saved_scenario_may_generate_plans(tmp_path: Path) -> None:
    """The plan file contains the kind of plans and their limits."""
    scenario = load("everything_generated")
    path = tmp_path / "everything.json"
    path.write_text(dump_plan(scenario, seed=7))

    assert select([str(path)]) == [scenario]


def test_a_python_file_may_generate_plans(tmp_path: Path) -> None:
    """It is checked like any other scenario file."""
    path = tmp_path / "our_plans.py"
    path.write_text(GENERATED)

    assert select([str(path)]) == [GeneratedScenario(name="our_plans", practices=("webhooks.retries",), kind="order")]


def test_two_scenarios_with_one_name_are_refused(tmp_path: Path) -> None:
    """Their outcomes could not be distinguished."""
    path = tmp_path / "happy_path.py"
    path.write_text(MINE)

    with pytest.raises(UsageError, match="Two different scenarios are called 'happy_path'"):
        select(["happy_path", str(path)])


def test_a_file_that_is_no_plan_is_refused(tmp_path: Path) -> None:
    """The message contains the reason, without a traceback."""
    path = tmp_path / "plan.json"
    path.write_text('{"format": 1}')

    with pytest.raises(PlanError, match=r"plan\.json is no plan"):
        select([str(path)])


def test_a_custom_step_is_refused(tmp_path: Path) -> None:
    """Workers receive scenarios as plans, so only the harness's steps are possible."""
    path = tmp_path / "our_own.py"
    path.write_text(
        MINE.replace("SCENARIO", "class Mine(steps.Step, tag='mine'):\n    pass\n\n\nSCENARIO").replace(
            "steps.Deliver()", "Mine()"
        )
    )

    with pytest.raises(UsageError, match=r"The scenario of our_own\.py cannot be saved as a plan"):
        select([str(path)])


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("from fiskil_harness", "import sys; sys.exit(0)\nfrom harness", r"our_own\.py cannot be loaded: SystemExit: 0"),
        (
            'steps.Authorise(), steps.Deliver(), steps.Retry("e0")',
            "steps.Authorise()",
            r"steps must be a tuple, such as \(steps\.Connect\(\),\); got Authorise",
        ),
        ("steps.Deliver()", '"deliver"', r"Expected 'object', got 'str'"),
        ("steps.Deliver()", 'steps.RunGeneratedPlans("order")', r"steps\.RunGeneratedPlans is now GeneratedScenario\."),
        ("steps.Deliver()", "steps.Deliver", r"The scenario of our_own\.py cannot be saved as a plan"),
        ("steps.Deliver()", "steps.Advance(seconds='5')", r"Expected 'float', got 'str'"),
        ("steps.Deliver()", "steps.Advance(seconds=-5)", r"sandbox time moves forward"),
        ('"webhooks.idempotent",', '"webhooks.idempotent"', r"Expected 'array', got 'str'"),
    ],
)
def test_mistakes_in_a_file_are_reported(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    """The message is one sentence about the file, not an internal error."""
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
        ('{"type": "run_generated_plans", "kind": "order"}', 0, r"run_generated_plans is now GeneratedScenario\."),
        ('{"type": "deliver"}', -1, r"plan\.json has the seed -1; a seed is 0 or greater\."),
    ],
)
def test_a_plan_with_invalid_values_is_refused(tmp_path: Path, step: str, seed: int, words: str) -> None:
    """The same values are refused in a scenario file and on the command line."""
    plan = dump_plan(Scenario(practices=(), steps=(steps.Deliver(),), probes=()), seed=seed)
    path = tmp_path / "plan.json"
    path.write_text(
        json.dumps(json.loads(plan) | {"scenario": {"practices": [], "probes": [], "steps": [json.loads(step)]}})
    )

    with pytest.raises(UsageError, match=words):
        select([str(path)])


@pytest.mark.full
def test_the_phases_divide_the_scenarios() -> None:
    """Handwritten scenarios are direct, generated plans are random, and life plans are in neither."""
    direct, random = ({scenario.name for scenario in receiver_scenarios(phase)} for phase in ("direct", "random"))

    generated = {name for name in catalog.scenario_names() if name.endswith("_generated")}
    assert random == generated - {"life_plans_generated"}
    assert {name for name in direct if not name.startswith("webhook_")} == set()
    assert {scenario.name for scenario in receiver_scenarios()} == direct | random
    assert direct & random == set()


@pytest.mark.full
def test_heavy_deliveries_are_direct_and_only_on_request() -> None:
    """Scenarios that send large or slow requests are added to the direct phase on request."""
    usual, heavy = (
        {scenario.name for scenario in receiver_scenarios("direct", is_heavy=is_heavy)} for is_heavy in (False, True)
    )

    assert heavy - usual == set(catalog.opt_in_names())
    assert receiver_scenarios("random", is_heavy=True) == receiver_scenarios("random")


def test_the_number_of_plans_can_be_chosen() -> None:
    """It applies to scenarios with generated plans; without a number nothing changes."""
    scenarios = select(["deliveries_generated", "happy_path"])

    changed = with_plans(scenarios, 200)

    assert [getattr(scenario, "plans", None) for scenario in changed] == [200, None]
    assert changed[1] == scenarios[1]
    assert with_plans(scenarios, None) == scenarios


def test_zero_plans_are_refused() -> None:
    """A random phase without plans would test nothing."""
    with pytest.raises(UsageError, match="plans must be from 1 to 1000"):
        with_plans(select(["deliveries_generated"]), 0)


def test_the_time_for_shrinking_can_be_chosen() -> None:
    """It applies to generated plans alone, and does not change their number."""
    changed = with_plans([load("delivery_order_generated"), load("webhook_repeated")], None, 5)

    assert changed == [
        msgspec.structs.replace(load("delivery_order_generated"), shrink_s=5),
        load("webhook_repeated"),
    ]
