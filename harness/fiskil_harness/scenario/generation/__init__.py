"""Generated plans: random sequences of steps, drawn from a seed, run on an app, and shrunk to the shortest failing plan.

Only this package imports Hypothesis, so a saved plan runs without it.
"""

from fiskil_harness.scenario.generation.actions import Form
from fiskil_harness.scenario.generation.search import Exploration, PlanResult, explore
from fiskil_harness.scenario.generation.strategies import plans

__all__ = ["Exploration", "Form", "PlanResult", "explore", "plans"]
