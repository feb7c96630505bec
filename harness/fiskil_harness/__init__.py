"""fiskil-harness: the rehearsal room for integrations with Fiskil.

The names below are the public surface; each is imported when it is first used, so that ``import harness`` costs nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness import faults, probes, steps
    from harness.app import App
    from harness.driver import Driver, Outcome
    from harness.errors import HarnessError
    from harness.local import LocalFiskil
    from harness.scenario import Scenario

__all__ = ["App", "Driver", "HarnessError", "LocalFiskil", "Outcome", "Scenario", "faults", "probes", "steps"]

_HOMES = {
    "App": "harness.app",
    "Driver": "harness.driver",
    "HarnessError": "harness.errors",
    "LocalFiskil": "harness.local",
    "Outcome": "harness.driver",
    "Scenario": "harness.scenario",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name in __all__:
        return importlib.import_module(f"harness.{name}")
    raise AttributeError(f"module 'harness' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
