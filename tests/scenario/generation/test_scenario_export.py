"""Export of a life plan as a test: the Python code creates the same plan with its probes."""

from fiskil_harness.core.config.hooks import HOOKS
from fiskil_harness.probes import Finding, Verdict, name_of
from fiskil_harness.scenario.generation.life_plans import Action, LifePlan
from fiskil_harness.scenario.generation.scenario_export import as_python, export_scenario, is_life_plan
from fiskil_harness.scenario.scenario import Scenario, load

LIFE = LifePlan(actions=(Action("reset_peer", 1), Action("revoke", 1), Action("retry")), hooks=frozenset(HOOKS)).plan()


def scenario_of(text: str) -> Scenario:
    """Return the scenario of an exported test."""
    namespace: dict[str, object] = {}
    exec(compile(text, "test_plan.py", "exec"), namespace)  # noqa: S102 - the export is Python code
    scenario = namespace["SCENARIO"]
    assert isinstance(scenario, Scenario)
    return scenario


def test_the_export_creates_the_same_plan() -> None:
    """The steps are equal, and so are the probes if none failed."""
    scenario = scenario_of(export_scenario(LIFE, [], plan="plan.json", seed=1, file="test_plan.py"))

    assert (scenario.steps, scenario.probes) == (LIFE.steps, LIFE.probes)


def test_the_title_states_the_failure() -> None:
    """The first line contains the finding, and the header the command."""
    failed = Finding(probe="drops_revoked_rows", verdict=Verdict.FAIL, observed="rows stand")

    text = export_scenario(LIFE, [failed], plan="plan.json", seed=1, file="test_plan.py")

    assert text.startswith('"""Life plan of an end user: rows stand.')
    assert "drops_revoked_rows" in {name_of(probe) for probe in scenario_of(text).probes}
    assert "pytest test_plan.py" in text


def test_strings_are_quoted_as_in_python() -> None:
    """Quotes and backslashes are escaped."""
    assert as_python('a"b\\') == '"a\\"b\\\\"'
    assert as_python(("a",)) == '("a",)'


def test_only_life_plans_are_exported_in_this_way() -> None:
    """Other plans do not need the harness."""
    assert is_life_plan(LIFE)
    assert not is_life_plan(load("happy_path"))
