"""Outcomes: which of them apply to the app."""

import pytest

from fiskil_harness.core.config.hooks import MESSAGE
from fiskil_harness.probes.outcome import Outcome, applicable


def outcome(scenario: str, **fields: tuple[str, ...] | str) -> Outcome:
    """Build the outcome of a scenario without findings."""
    return Outcome(scenario=scenario, title="", practices=(), seed=1, findings=(), **fields)


@pytest.mark.parametrize(
    ("fields", "is_applicable"),
    [
        ({}, True),
        ({"outside": "this scenario does not concern the app"}, False),
        ({"missing": (MESSAGE,)}, False),
        ({"missing": (MESSAGE, "app.drive.refresh")}, True),
    ],
    ids=["complete", "outside", "optional hook missing", "hook missing"],
)
def test_an_outcome_applies_unless_it_concerns_another_kind_of_app(fields: dict, is_applicable: bool) -> None:
    """An app without an optional feature needs no hook for it."""
    assert bool(applicable([outcome("own", **fields)])) is is_applicable


def test_a_feature_that_the_app_uses_needs_its_hook() -> None:
    """Another scenario saw the app use the feature, so the config must give the hook."""
    used, lacking = outcome("other", coverage=(f"uses {MESSAGE}",)), outcome("own", missing=(MESSAGE,))

    assert applicable([used, lacking]) == [used, lacking]
