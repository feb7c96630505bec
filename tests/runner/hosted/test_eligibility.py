"""Which scenarios can be played before the hosted API, and what is said of the others."""

import pytest

from fiskil_harness import Scenario, faults, probes
from fiskil_harness.core.catalog import scenario_names
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.gate.hosted_reasons import REASONS, reason_of
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.runner.hosted.eligibility import THEIRS, left_out, scenarios, select, why_unsuitable
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import load


def playing(*made: object) -> Scenario:
    return Scenario(practices=("edge.network-errors",), steps=made, probes=(probes.HoldsEveryRow("transactions"),))


def test_what_is_made_for_it_is_suitable() -> None:
    """Every scenario of its own can be played there."""
    assert len(scenarios()) >= 10
    assert [why_unsuitable(scenario) for scenario in scenarios().values() if why_unsuitable(scenario)] == []


def test_a_journey_cannot_be_had() -> None:
    """The reason names the steps, and whose they are."""
    assert why_unsuitable(load("happy_path")) == (
        "authorise, deliver, limit_pages cannot be had: journeys, webhooks and the clock are Fiskil's own there".replace(
            "limit_pages cannot", "limit_pages and more cannot"
        )
    )


@pytest.mark.parametrize(
    "step",
    [
        steps.InjectFault("banking.transactions", faults.ExpireTokens()),
        steps.InjectFault("banking.transactions", faults.NextForeign()),
        steps.InjectFault("connection", faults.Refuse()),
        steps.InjectFault("banking.transactions", faults.Status(status=500), from_event="consent.received"),
        steps.Refresh(twin="other"),
        steps.RestartWithWrongSecret(),
    ],
)
def test_what_needs_the_sandbox_is_unsuitable(step: object) -> None:
    """Faults that act on it, on connections, or lead elsewhere; twins; keys that nobody has."""
    assert why_unsuitable(playing(steps.Refresh(), step))


def test_names_and_patterns_select() -> None:
    """Of the sandbox's own there is a line each for what is left out."""
    chosen, lines = select(["hosted_idle", "idle_*"])

    assert [scenario.name for scenario in chosen] == ["hosted_idle"]
    assert [line.partition(":")[0] for line in lines] == ["idle_app"]


def test_nothing_suitable_is_an_error() -> None:
    """With the reason, and with what can be had."""
    with pytest.raises(UsageError, match=r"happy_path: authorise.*Suitable: hosted_"):
        select(["happy_path"])
    with pytest.raises(UnknownName, match="hosted_idle"):
        select(["hosted_idel"])


def test_a_gate_says_what_it_leaves_out() -> None:
    """In one line: how many, and why."""
    (line,) = left_out()

    assert line.startswith(f"{len(scenario_names())} scenarios of the local Fiskil: journeys")


def test_every_practice_that_cannot_be_proven_has_its_own_reason() -> None:
    """And those that can be have none, but for one whose other half is about pages."""
    borne = {practice_id for scenario in scenarios().values() for practice_id in scenario.practices}
    untold = [
        all_practice for all_practice in all_practices() if all_practice not in borne and reason_of(all_practice) == THEIRS
    ]

    assert untold == ["sandbox.all-flows"]
    assert set(REASONS) & borne == {"loading.timeouts"}
