"""fiskil-harness: tests integrations with the Fiskil API.

The names below are the public API. Each is imported at its first use, so ``import fiskil_harness`` is fast.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fiskil_harness import faults, probes
    from fiskil_harness.app.app_under_test import App
    from fiskil_harness.errors import HarnessError
    from fiskil_harness.journal.builder import JournalBuilder
    from fiskil_harness.probes.outcome import Outcome
    from fiskil_harness.runner.driver import Driver
    from fiskil_harness.scenario import steps
    from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario
    from fiskil_harness.server.local_fiskil import LocalFiskil

__all__ = [
    "App",
    "Driver",
    "GeneratedScenario",
    "HarnessError",
    "JournalBuilder",
    "LocalFiskil",
    "Outcome",
    "Scenario",
    "faults",
    "probes",
    "steps",
]

_MODULES = {
    "faults": "fiskil_harness.faults",
    "probes": "fiskil_harness.probes",
    "steps": "fiskil_harness.scenario.steps",
    "App": "fiskil_harness.app.app_under_test",
    "Driver": "fiskil_harness.runner.driver",
    "GeneratedScenario": "fiskil_harness.scenario.scenario",
    "HarnessError": "fiskil_harness.errors",
    "JournalBuilder": "fiskil_harness.journal.builder",
    "LocalFiskil": "fiskil_harness.server.local_fiskil",
    "Outcome": "fiskil_harness.probes.outcome",
    "Scenario": "fiskil_harness.scenario.scenario",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'fiskil_harness' has no attribute {name!r}")
    module = importlib.import_module(_MODULES[name])
    return module if _MODULES[name].endswith(f".{name}") else getattr(module, name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
