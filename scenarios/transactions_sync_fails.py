"""A later sync of transactions fails and an event reports it; a good integration keeps the rows of the last sync."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.FailSync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
