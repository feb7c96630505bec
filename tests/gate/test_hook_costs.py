"""The practices that a missing hook costs are computed by the gate's own rules."""

import inspect
import re

import pytest

from fiskil_harness.core.config.hooks import (
    CONNECTED,
    EFFECTS,
    FAIL,
    HOOKS,
    METRICS,
    OPTIONAL,
    PAGES,
    REFRESH,
    START_SESSION,
    TLS,
)
from fiskil_harness.gate.hook_costs import hook_costs
from fiskil_harness.probes import PROBES
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.scenario.scenario import load, load_all

COSTS = hook_costs(load_all(), HOOKS)


def test_an_optional_hook_costs_nothing() -> None:
    """Without it, every practice can still be proven."""
    assert {hook: COSTS[hook] for hook in OPTIONAL & COSTS.keys()} == dict.fromkeys(OPTIONAL & COSTS.keys(), ())
    assert FAIL in OPTIONAL


def test_an_app_without_api_calls_needs_the_hook_for_failures() -> None:
    """No API failure can replace the requested one there."""
    assert hook_costs(load_all(), [FAIL], calls_api=False)[FAIL] == ("webhooks.retries", "webhooks.failures-logged")


def test_a_hook_costs_the_practices_that_only_its_scenarios_prove() -> None:
    """Pages and monitoring are examples; the order is that of Fiskil's page."""
    assert COSTS[METRICS] == ("webhooks.health-monitored", "alerts.error-rate", "alerts.latency", "alerts.webhook-failures")
    assert COSTS[TLS] == ("webhooks.https",)
    assert {"credentials.not-in-frontend", "ux.explains-access"} <= {*COSTS[PAGES]}
    assert {"data.upsert", "webhooks.idempotent"} <= {*COSTS[EFFECTS]}


def test_a_practice_that_another_scenario_proves_costs_nothing() -> None:
    """A scenario that lacks only an optional hook does not apply; others may prove its practice."""
    scenarios = [load("webhook_refused_then_retried"), load("webhook_in_every_order"), load("webhook_failed_midway")]

    assert hook_costs(scenarios, [FAIL])[FAIL] == ()


def test_a_missing_hook_never_costs_a_practice_that_cannot_be_proven_anyway() -> None:
    """Without its only scenario, a practice is not provable, whatever the hooks."""
    assert hook_costs([load("webhook_repeated")], [REFRESH])[REFRESH] == ()


def test_probes_declare_the_hooks_that_their_findings_name() -> None:
    """A probe that reports one of these hooks as missing cannot pass without it, so it must say so for the costs."""
    for probe in PROBES.values():
        source = inspect.getsource(inspect.getmodule(probe) or probe)
        for name, hook in (("METRICS", METRICS), ("TLS", TLS), ("CONNECTED", CONNECTED)):
            needed_by = [row.id for row in all_practices().values() if probe.__struct_config__.tag in row.needed]
            if needed_by and re.search(rf"hook={name}\b|, {name}$", source, re.MULTILINE):
                assert hook in (*probe.needs, *probe.observes), probe


@pytest.mark.parametrize("hook", [REFRESH, START_SESSION])
def test_what_a_receiver_can_prove_needs_no_other_hook(hook: str) -> None:
    """Scenarios of these practices that need one concern only apps that have it."""
    [lost] = hook_costs(load_all(), [hook]).values()

    assert not {"webhooks.asynchronous", "webhooks.prompt-2xx", "sandbox.many-end-users"} & {*lost}
