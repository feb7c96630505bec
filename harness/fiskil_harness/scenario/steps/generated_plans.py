"""The step that runs generated plans: drawn from the seed, run one after another, the first failing one shrunk."""

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
    """Different generated plans (random sequences of steps) of one kind are run, each with new end users.

    Plans start from an empty sandbox, so this must be the first step. The result of each plan is a ``PlanRun`` entry in the
    journal. Needs ``app.observe.effects``.

    Args:
        kind: "deliveries" repeats messages; "order" also changes the order of one end user's messages; "forgeries" adds
            requests that Fiskil did not send; "everything" combines these and more; "life_plans" generates everything that
            happens to one end user.
        plans: Number of plans, from 1 to 1,000.
        shrink_s: Real seconds for shrinking the first plan that fails, from 0 to 3,600.
    """

    is_slow: ClassVar[bool] = True
    kind: PlanKind
    plans: int = 15
    shrink_s: float = 60

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)

    def check(self) -> None:
        """Validate the arguments.

        Raises:
            UnknownName: *kind* is unknown.
            ConfigError: *plans* or *shrink_s* is out of range.
        """
        if self.kind not in get_args(PlanKind):
            raise UnknownName("kind of plan", self.kind, get_args(PlanKind))
        if not 1 <= self.plans <= MOST:
            raise ConfigError(f"RunGeneratedPlans: plans must be from 1 to {MOST}, got {self.plans}.")
        if not 0 <= self.shrink_s <= LONGEST_S:
            raise ConfigError(f"RunGeneratedPlans: shrink_s must be from 0 to {LONGEST_S}, got {self.shrink_s:g}.")

    def perform(self, stage: "Stage") -> None:
        """Generate and run the plans.

        Raises:
            StepError: An earlier step used the sandbox.
        """
        if stage.end_users:
            raise StepError("Generated plans start from an empty sandbox. Make run_generated_plans the first step.")
        for run in stage.run_plans(self.kind, self.plans, self.shrink_s):
            stage.journal.write(run)
