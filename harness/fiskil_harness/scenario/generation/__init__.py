"""Generated plans: drawn from a seed, run on an app, and shrunk to the shortest plan that fails.

Hypothesis is imported in this package only; a saved plan does not need it.
"""

from fiskil_harness.scenario.generation.actions import Form
from fiskil_harness.scenario.generation.search import Exploration, PlanResult, explore
from fiskil_harness.scenario.generation.strategies import plans

__all__ = ["Exploration", "Form", "PlanResult", "explore", "plans"]
