"""The scenarios that disturb each route: they are valid, and a name with one route disturbs that route only."""

from itertools import combinations, product

import pytest

from fiskil_harness import faults, probes
from fiskil_harness.core.route_grid import ACTIONS, KINDS, cells
from fiskil_harness.errors import UnknownName
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.route_grid import DELAYS, ORDERS, delay_of, order_of
from fiskil_harness.scenario.scenario import load
from fiskil_harness.scenario.selection import select
from tools.scenario_table import catches


def test_every_scenario_of_the_grid_is_valid() -> None:
    """Loading checks steps, probes and practices; the title is a sentence."""
    scenarios = [load(cell.name) for cell in cells()]

    assert [scenario.title[-1] for scenario in scenarios] == ["."] * len(scenarios)
    assert all(any(isinstance(step, steps.DisturbRoutes) for step in scenario.steps) for scenario in scenarios)


def test_a_name_with_one_route_disturbs_that_route_only() -> None:
    """Such a scenario runs only by its name."""
    (scenario,) = select(["refresh.banking.transactions.stalls.foreground"])

    (disturbance,) = [step for step in scenario.steps if isinstance(step, steps.DisturbRoutes)]
    assert (disturbance.route, disturbance.action) == ("banking.transactions", "refresh")
    assert "banking.transactions" in scenario.title


def test_the_token_route_is_disturbed_after_tokens_have_expired() -> None:
    """Otherwise the app would not request a token."""
    scenario = load("refresh.token.refused.foreground")

    assert steps.ExpireTokens() in scenario.steps


def test_an_unknown_route_in_a_name_is_refused() -> None:
    """The message suggests the nearest route."""
    with pytest.raises(UnknownName, match=r"Did you mean 'banking\.accounts'\?"):
        load("refresh.banking.acounts.stalls.foreground")


def test_a_pattern_selects_scenarios_of_each_route() -> None:
    """Patterns select the scenarios that a gate runs."""
    assert len(select(["*.each-route.stalls.*"])) == len(ACTIONS)


def test_each_action_and_each_kind_catches_a_flawed_app() -> None:
    """The gallery has an app for each of them."""
    caught = [cell for cell in cells() if catches().get(cell.name)]

    assert {cell.action for cell in caught} == set(ACTIONS)
    assert {cell.kind for cell in caught} == set(KINDS)


def test_a_refresh_waits_as_long_as_the_api_states() -> None:
    """Every route of a refresh states how long the app must wait, because no other work can make the next call."""
    scenario = load("refresh.each-route.rate-limited.foreground")

    (disturbance,) = [step for step in scenario.steps if isinstance(step, steps.DisturbRoutes)]
    assert disturbance.fault == faults.Status(status=429, retry_after_s=1)
    assert probes.RespectsRetryAfter(may_give_up=True) in scenario.probes


def test_orders_and_delays_occur_with_each_action_kind_and_other() -> None:
    """Message order and clock are combined pairwise with actions and kinds of fault, and with each other."""
    every = [(cell.action, cell.kind, order_of(cell), delay_of(cell)) for cell in cells()]

    for first, second in combinations(range(4), 2):
        pairs = {(row[first], row[second]) for row in every}
        assert pairs == set(product({row[first] for row in every}, {row[second] for row in every}))
    assert {order for *_, order, _ in every} == set(ORDERS)
    assert {delay for *_, delay in every} == set(DELAYS)


def test_the_steps_follow_the_order_and_the_delay() -> None:
    """A day passes after the disturbance, and the messages after it arrive in the cell's order."""
    cell = next(
        cell for cell in cells() if cell.action == "sync" and delay_of(cell) == "a day" and order_of(cell) == "twice"
    )

    scenario = load(cell.name)

    *_, before, day, after = scenario.steps
    assert before == after == steps.Deliver(order="twice")
    assert day == steps.Advance(days=1, minutes=1)
    assert [step.order for step in scenario.steps if isinstance(step, steps.DisturbRoutes)] == ["twice"]
