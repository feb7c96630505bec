"""Messages say the same under different ids, ids look alike, and only one field differs: each is a message of its own."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Authorise(twin="second"),
        steps.Sync(twin="second"),
        steps.Deliver(),
        steps.DeliverLookalikes(beside="second"),
    ),
    probes=(probes.AppliesEach(),),
)
