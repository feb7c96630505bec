"""The table of costs: what is known, what is guessed, and how it is renewed."""

import tomllib

from fiskil_harness.core import catalog
from fiskil_harness.scenario import costs
from fiskil_harness.scenario.costs import UNKNOWN_S, Cost


def test_a_known_scenario_has_its_cost_under_every_reading() -> None:
    """Another reading makes it no longer."""
    assert costs.cost_s("idle_app") == costs.table()["idle_app"].took_s > 0
    assert costs.cost_s("idle_app@token.lifetime=3600") == costs.cost_s("idle_app")


def test_a_scenario_of_a_team_is_guessed() -> None:
    """It is in no table, and exercises nothing that we know of."""
    assert (costs.cost_s("our_own"), costs.flows_of("our_own")) == (UNKNOWN_S, ())


def test_nearly_every_scenario_that_ships_was_measured() -> None:
    """One that was written since is guessed until `make costs` measures it; the table names none that is gone."""
    shipped = set(catalog.scenario_names())

    assert set(costs.table()) <= shipped
    assert len(set(costs.table()) & shipped) >= 0.7 * len(shipped)


def test_workers_share_what_can_be_shared() -> None:
    """The longest scenario alone takes as long as it takes."""
    assert costs.wall_s(["idle_app"], 4) == costs.cost_s("idle_app")
    assert costs.wall_s(["x", "y", "z"], 2) == 1.5 * UNKNOWN_S
    assert costs.wall_s([], 2) == 0


def test_the_table_is_made_from_a_report() -> None:
    """Times to a tenth of a second, events and endings, and errors that calls met; trials are left out."""
    report = {
        "result": {"scenarios": [{"scenario": "b", "flows": ["event consent.received"]}, {"scenario": "a", "flows": []}]},
        "measured": [
            {"scenario": "b", "took_s": 1.2345, "coverage_marks": ["called token", "error 429"]},
            {"scenario": "b@token.lifetime=3600", "took_s": 9.0, "coverage_marks": []},
            {"scenario": "a", "took_s": 0.04, "coverage_marks": []},
        ],
    }

    told = tomllib.loads(costs.rendered(report))

    assert told == {
        "scenarios": {
            "a": {"took_s": 0.0, "flows": []},
            "b": {"took_s": 1.2, "flows": ["event consent.received", "error 429"]},
        }
    }
    assert Cost(**told["scenarios"]["b"]).took_s == 1.2
