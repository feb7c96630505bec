"""Scenarios that can run against the hosted API, and the reasons for the others."""

import pytest

from fiskil_harness import Scenario, faults, probes
from fiskil_harness.core.catalog import scenario_names
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.gate.hosted_reasons import REASONS, reason_of
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.runner.hosted.eligibility import CONTROLLED_BY_FISKIL, left_out, scenarios, select, why_unsuitable
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import load


def scenario_of(*performed: object) -> Scenario:
    return Scenario(practices=("edge.network-errors",), steps=performed, probes=(probes.HoldsEveryRow("transactions"),))


def test_hosted_scenarios_are_suitable() -> None:
    """Every scenario made for the hosted API can run there."""
    assert len(scenarios()) >= 10
    assert [why_unsuitable(scenario) for scenario in scenarios().values() if why_unsuitable(scenario)] == []


def test_a_consent_journey_is_unsuitable() -> None:
    """The reason names the impossible steps and who controls them."""
    assert why_unsuitable(load("happy_path")) == (
        "the steps authorise, deliver, limit_pages and more are not possible: "
        "journeys, webhooks and the clock of the hosted API are controlled by Fiskil"
    )


@pytest.mark.parametrize(
    "step",
    [
        steps.InjectFault("banking.transactions", faults.ExpireTokens()),
        steps.InjectFault("banking.transactions", faults.NextForeign()),
        steps.InjectFault("connection", faults.SelfSigned()),
        steps.InjectFault("banking.transactions", faults.Status(status=500), from_event="consent.received"),
        steps.Refresh(twin="other"),
        steps.RestartWithWrongSecret(),
    ],
)
def test_what_needs_the_sandbox_is_unsuitable(step: object) -> None:
    """Faults that need the sandbox, TLS or another origin are unsuitable, as are twins and wrong keys."""
    assert why_unsuitable(scenario_of(steps.Refresh(), step))


@pytest.mark.parametrize("fault", [faults.Refuse(), faults.ResetOnAccept(), faults.Down()])
def test_faults_on_connections_are_suitable(fault: faults.AnyFault) -> None:
    """The relay performs faults on the app's connections, as the local API does."""
    assert why_unsuitable(scenario_of(steps.Refresh(), steps.InjectFault("connection", fault))) == ""


def test_names_and_patterns_select() -> None:
    """Unsuitable scenarios that a pattern matches are omitted, with a line for each."""
    selected, lines = select(["hosted_idle", "idle_*"])

    assert [scenario.name for scenario in selected] == ["hosted_idle"]
    assert [line.partition(":")[0] for line in lines] == ["idle_app"]


def test_selecting_no_suitable_scenario_is_an_error() -> None:
    """The error contains the reason and the suitable scenarios."""
    with pytest.raises(UsageError, match=r"happy_path: the steps authorise.*Suitable: hosted_"):
        select(["happy_path"])
    with pytest.raises(UnknownName, match="hosted_idle"):
        select(["hosted_idel"])


def test_a_gate_states_what_it_leaves_out() -> None:
    """One line states how many scenarios are left out, and why."""
    (line,) = left_out()

    assert line.startswith(f"{len(scenario_names())} scenarios of the local Fiskil: journeys")


def test_every_practice_that_cannot_be_proven_has_its_own_reason() -> None:
    """Practices that can be proven have no reason, except one that is partly about pages."""
    tested = {practice_id for scenario in scenarios().values() for practice_id in scenario.practices}
    unexplained = [
        practice_id
        for practice_id in all_practices()
        if practice_id not in tested and reason_of(practice_id) == CONTROLLED_BY_FISKIL
    ]

    assert unexplained == ["sandbox.all-flows"]
    assert set(REASONS) & tested == {"loading.timeouts"}
