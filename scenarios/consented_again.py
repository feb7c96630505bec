"""The end user consents a second time at the same bank: every row counts once, under whichever of the two it comes."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.upsert",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("accounts"), probes.HoldsEveryRow("balances"), probes.HoldsEveryRow("transactions")),
)
