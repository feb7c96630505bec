"""Two messages say the same under different ids, and ids look alike: each is a message of its own."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.DeliverLookalikes(),
    ),
    probes=(probes.AppliesEach(),),
)
