"""The end user stops sharing and consents twice at the same bank; a good integration then has each row once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.upsert",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.StopSharing(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Connect(),
    ),
    probes=(probes.HoldsEveryRow("accounts"), probes.HoldsEveryRow("balances"), probes.HoldsEveryRow("transactions")),
)
