"""The end user consents a second time at the same bank; a good integration counts each row once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.upsert",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Connect(),
    ),
    probes=(probes.HoldsEveryRow("accounts"), probes.HoldsEveryRow("balances"), probes.HoldsEveryRow("transactions")),
)
