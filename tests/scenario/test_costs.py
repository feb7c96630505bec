"""The table of costs: measured scenarios, the estimate for others, and its generation."""

import tomllib

from fiskil_harness.core import catalog
from fiskil_harness.scenario import costs
from fiskil_harness.scenario.costs import UNKNOWN_S, Cost


def test_a_measured_scenario_has_one_cost_under_every_interpretation() -> None:
    """Another interpretation does not change the estimate."""
    assert costs.cost_s("idle_app") == costs.table()["idle_app"].took_s > 0
    assert costs.cost_s("idle_app@token.lifetime=3600") == costs.cost_s("idle_app")


def test_the_cost_of_a_teams_scenario_is_estimated() -> None:
    """It is not in the table, and has no known flows."""
    assert (costs.cost_s("our_own"), costs.flows_of("our_own")) == (UNKNOWN_S, ())


def test_nearly_every_scenario_that_ships_was_measured() -> None:
    """A new scenario is estimated until `make costs` measures it; the table contains no removed scenario."""
    shipped = set(catalog.scenario_names())

    assert set(costs.table()) <= shipped
    assert len(set(costs.table()) & shipped) >= 0.7 * len(shipped)


def test_the_longest_scenario_limits_the_total_time() -> None:
    """The scenarios are divided among the workers, and one scenario cannot be divided."""
    assert costs.wall_s(["idle_app"], 4) == costs.cost_s("idle_app")
    assert costs.wall_s(["x", "y", "z"], 2) == 1.5 * UNKNOWN_S
    assert costs.wall_s([], 2) == 0


def test_the_table_is_generated_from_a_report() -> None:
    """It has times to a tenth of a second, flows, and errors of calls; interpretation runs are left out."""
    report = {
        "result": {
            "scenarios": [{"scenario": "b", "coverage": ["event consent.received"]}, {"scenario": "a", "coverage": []}]
        },
        "measured": [
            {"scenario": "b", "took_s": 1.2345, "coverage_marks": ["called token", "error 429"]},
            {"scenario": "b@token.lifetime=3600", "took_s": 9.0, "coverage_marks": []},
            {"scenario": "a", "took_s": 0.04, "coverage_marks": []},
        ],
    }

    parsed = tomllib.loads(costs.render(report))

    assert parsed == {
        "scenarios": {
            "a": {"took_s": 0.0, "flows": []},
            "b": {"took_s": 1.2, "flows": ["event consent.received", "error 429"]},
        }
    }
    assert Cost(**parsed["scenarios"]["b"]).took_s == 1.2
