"""fiskil-harness: tests integrations with the Fiskil API.

The names below are the public API, which ``docs/api.md`` describes. Each is imported at its first use, so
``import fiskil_harness`` is fast.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fiskil_harness import errors, faults, journal, probes
    from fiskil_harness.app.app_under_test import App
    from fiskil_harness.core.config import Settings
    from fiskil_harness.core.config import load as load_settings
    from fiskil_harness.core.model import Person
    from fiskil_harness.core.model.findings import Finding, Verdict
    from fiskil_harness.core.plugins import Registry
    from fiskil_harness.errors import HarnessError
    from fiskil_harness.faults.fault import Fault
    from fiskil_harness.journal import Journal
    from fiskil_harness.journal.builder import JournalBuilder
    from fiskil_harness.probes.outcome import Outcome
    from fiskil_harness.probes.probe import Probe
    from fiskil_harness.runner.driver import Driver
    from fiskil_harness.runner.session import Session
    from fiskil_harness.runner.worker import Worker
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario import steps
    from fiskil_harness.scenario.generation import receiver_strategies as strategies
    from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario
    from fiskil_harness.scenario.stage import Stage
    from fiskil_harness.scenario.steps.step import Step
    from fiskil_harness.server.local_fiskil import LocalFiskil
    from fiskil_harness.webhooks import signature

__all__ = [
    "App",
    "Driver",
    "EndUser",
    "Fault",
    "Finding",
    "GeneratedScenario",
    "HarnessError",
    "Journal",
    "JournalBuilder",
    "LocalFiskil",
    "Outcome",
    "Person",
    "Probe",
    "Registry",
    "Scenario",
    "Session",
    "Settings",
    "Stage",
    "Step",
    "Verdict",
    "Worker",
    "errors",
    "faults",
    "journal",
    "load_settings",
    "probes",
    "signature",
    "steps",
    "strategies",
]

_PLACES = {
    "App": "app.app_under_test:App",
    "Driver": "runner.driver:Driver",
    "EndUser": "sandbox:EndUser",
    "Fault": "faults.fault:Fault",
    "Finding": "core.model.findings:Finding",
    "GeneratedScenario": "scenario.scenario:GeneratedScenario",
    "HarnessError": "errors:HarnessError",
    "Journal": "journal:Journal",
    "JournalBuilder": "journal.builder:JournalBuilder",
    "LocalFiskil": "server.local_fiskil:LocalFiskil",
    "Outcome": "probes.outcome:Outcome",
    "Person": "core.model:Person",
    "Probe": "probes.probe:Probe",
    "Registry": "core.plugins:Registry",
    "Scenario": "scenario.scenario:Scenario",
    "Session": "runner.session:Session",
    "Settings": "core.config:Settings",
    "Stage": "scenario.stage:Stage",
    "Step": "scenario.steps.step:Step",
    "Verdict": "core.model.findings:Verdict",
    "Worker": "runner.worker:Worker",
    "errors": "errors",
    "faults": "faults",
    "journal": "journal",
    "load_settings": "core.config:load",
    "probes": "probes",
    "signature": "webhooks.signature",
    "steps": "scenario.steps",
    "strategies": "scenario.generation.receiver_strategies",
}
"""The module of each public name, below the package, and the name there; a module has none."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'fiskil_harness' has no attribute {name!r}")
    place, _, attribute = _PLACES[name].partition(":")
    module = importlib.import_module(f"fiskil_harness.{place}")
    return getattr(module, attribute) if attribute else module


def __dir__() -> list[str]:
    return [*globals(), *__all__]
