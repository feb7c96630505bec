"""Plans that nobody wrote: drawn, tried on an app, and cut down to the shortest one that fails.

Hypothesis is imported here and nowhere else; a plan that was found needs it no more.
"""

from harness.plans.acts import Form
from harness.plans.drawing import plans
from harness.plans.exploring import Exploration, Tried, explore

__all__ = ["Exploration", "Form", "Tried", "explore", "plans"]
