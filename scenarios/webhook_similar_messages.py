"""Messages have equal content under other ids, similar ids, or one different field; a good receiver applies each."""

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
