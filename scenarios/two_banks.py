"""The end user shares data of two banks; a good integration adds the second consent and keeps the first."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    steps=(
        steps.AuthoriseElsewhere(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Connect(),
    ),
    probes=(probes.ReadsAfterEvent(), probes.HoldsEveryRow("accounts"), probes.HoldsEveryRow("transactions")),
)
