"""The events that scenarios with faults leave out, so that the read on which a fault acts is the one that decides."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from fiskil_harness import faults, steps
from fiskil_harness.core.config import Settings, parse
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.single_reports import single_reports

EARLY, FINAL = "banking.transactions.basic.sync.completed", "banking.transactions.sync.completed"
PUBLIC = "banking.products.sync.completed"
FAULT = steps.InjectFault("banking.transactions", faults.TruncatedJson())
NONE, SILENT = {"sync.early-transactions": "none"}, {"sync.public-data": "silent"}


URL = {"url": "http://127.0.0.1:9"}


def settings_with(config: dict[str, Any]) -> Settings:
    """Return the settings of *config*."""
    return parse(config, folder=Path())


def scenario(*some: object) -> Scenario:
    """Return a scenario with *some* steps, and no probe that matters."""
    return msgspec.structs.replace(Scenario(practices=(), steps=(), probes=()), steps=(steps.Authorise(), *some))


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ((), {**NONE, **SILENT}),
        (("banking.*",), {**NONE, **SILENT}),
        ((EARLY, FINAL), {**NONE, **SILENT}),
        ((EARLY, "banking.*"), {**NONE, **SILENT}),
        ((EARLY,), SILENT),
        ((FINAL, PUBLIC), NONE),
        ((EARLY, PUBLIC), {}),
    ],
)
def test_a_scenario_with_faults_reports_each_dataset_once(used: tuple[str, ...], expected: dict[str, str]) -> None:
    """Events for which the app waits are sent nevertheless."""
    facts = {"uses_events": list(used)} if used else {}
    settings = settings_with({"app": {**URL, "facts": facts}})

    assert single_reports(scenario(FAULT), settings) == expected


def test_other_scenarios_send_every_event() -> None:
    """Without a fault, later reads repair nothing."""
    assert single_reports(scenario(steps.Deliver()), settings_with({"app": URL})) == {}


def test_the_config_decides() -> None:
    """A clause that the config chooses stays."""
    settings = settings_with({"app": URL, "sandbox": {"interpretations": {"sync.early-transactions": "basic"}}})

    assert single_reports(scenario(FAULT), settings) == SILENT
