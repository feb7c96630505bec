"""Composite steps: each stands for a usual sequence of steps, which a scenario contains in its place."""

from typing import TYPE_CHECKING, Any

from fiskil_harness.core.model import DATASETS
from fiskil_harness.faults import AnyFault
from fiskil_harness.scenario.steps.consents_and_syncs import Sync
from fiskil_harness.scenario.steps.deliveries import Deliver
from fiskil_harness.scenario.steps.faults_and_tokens import InjectFault
from fiskil_harness.scenario.steps.journeys import Authorise
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


class CompositeStep(Step, frozen=True):
    """A step that consists of other steps."""

    def sequence(self) -> tuple[Any, ...]:
        """Return the steps, in the order in which they happen."""
        raise NotImplementedError

    def check(self) -> None:
        """Check every step of the sequence.

        Raises:
            UsageError: An argument of one of the steps is invalid.
        """
        for step in self.sequence():
            step.check()

    def perform(self, stage: "Stage") -> None:
        """Perform the sequence.

        Raises:
            StepError: One of the steps could not be performed; the later ones are left out.
        """
        for step in self.sequence():
            step.perform(stage)


class Connect(CompositeStep, frozen=True, kw_only=True, tag="connect"):
    """The end user consents, every dataset syncs, and the app receives every event.

    Stands for ``Authorise(), Deliver(), Sync(), Deliver()``.

    Args:
        twin: Name of the participant who connects; "" means the scenario's end user.
    """

    twin: str = ""

    def sequence(self) -> tuple[Any, ...]:
        """Return the four steps: consent, delivery, sync of every dataset, delivery."""
        return Authorise(twin=self.twin), Deliver(), Sync(twin=self.twin), Deliver()


class SyncThrough(CompositeStep, frozen=True, tag="sync_through"):
    """A dataset syncs, its event is delivered, and the app's requests for the dataset meet a fault.

    Stands for ``InjectFault(ROUTE, fault), Sync(DATASET), Deliver()`` with the route of the dataset.

    Args:
        fault: The fault, for the route of *dataset*.
        dataset: The dataset.
        times: How many requests meet the fault; 0 means all of them until ``LiftFaults``.
    """

    fault: AnyFault
    dataset: str = "transactions"
    times: int = 1

    def sequence(self) -> tuple[Any, ...]:
        """Return the three steps: fault, sync, delivery."""
        # The check of the fault refuses the name of a dataset that does not exist.
        route = DATASETS[self.dataset].route if self.dataset in DATASETS else self.dataset
        return InjectFault(route, self.fault, times=self.times), Sync(self.dataset), Deliver()


def written_out(steps: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return *steps* with each composite step replaced by the sequence that it stands for."""
    return tuple(part for step in steps for part in (step.sequence() if isinstance(step, CompositeStep) else (step,)))
