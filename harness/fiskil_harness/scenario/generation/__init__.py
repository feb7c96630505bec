"""Plans that nobody wrote: drawn, tried on an app, and cut down to the shortest one that fails.

Hypothesis is imported here and nowhere else; a plan that was found needs it no more.
"""

from fiskil_harness.scenario.generation.actions import Form
from fiskil_harness.scenario.generation.search import Exploration, PlanResult, explore
from fiskil_harness.scenario.generation.strategies import plans

__all__ = ["Exploration", "Form", "PlanResult", "explore", "plans"]
