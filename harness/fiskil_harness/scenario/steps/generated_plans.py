"""A step that tries plans which nobody wrote: drawn from the seed, executed one after another, the first failure shrunk."""

from typing import TYPE_CHECKING, ClassVar, get_args

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.errors import ConfigError, StepError, UnknownName
from fiskil_harness.journal import PlanKind
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

MOST = 1000
LONGEST_S = 3600


class RunGeneratedPlans(PlainStep, frozen=True, tag="run_generated_plans"):
    """``plans`` different plans of one kind are executed, each around end users of its own.

    ``deliveries`` repeats messages, ``order`` also lets a twin get them in any order, ``forgeries`` mixes in requests that
    Fiskil did not send, ``everything`` does all of that and more in one plan. What came of each plan is a ``PlanRun`` entry.
    The first that fails is cut down for at most ``shrink_s`` real seconds. Plans start from an empty sandbox.
    """

    kind: PlanKind
    plans: int = 15
    shrink_s: float = 60

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)

    def check(self) -> None:
        """Refuse a kind that there is not, and a number of plans that cannot be run."""
        if self.kind not in get_args(PlanKind):
            raise UnknownName("kind of plan", self.kind, get_args(PlanKind))
        if not 1 <= self.plans <= MOST:
            raise ConfigError(f"Explore: plans must be from 1 to {MOST}, got {self.plans}.")
        if not 0 <= self.shrink_s <= LONGEST_S:
            raise ConfigError(f"Explore: shrink_s must be from 0 to {LONGEST_S}, got {self.shrink_s:g}.")

    def perform(self, stage: "Stage") -> None:
        """Draw and execute."""
        if stage.participants:
            raise StepError("Plans start from an empty sandbox, so nothing may happen before explore.")
        for run in stage.explore(self.kind, self.plans, self.shrink_s):
            stage.journal.write(run)
