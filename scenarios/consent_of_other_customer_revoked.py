"""Another customer of the same bank revokes the consent; a good integration keeps every row of this one."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    steps=(
        steps.Connect(twin="other"),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Revoke(twin="other"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("accounts"), probes.HoldsEveryRow("transactions")),
)
