"""An event announces new balances, but the first response is old; a good integration is correct after the next event."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated",),
    steps=(
        steps.InjectFault("banking.balances", faults.StaleResponse()),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="amend", nth=3),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync("balances"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues("balances"), probes.HoldsEveryRow("balances")),
)
