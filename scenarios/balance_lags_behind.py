"""The event says that balances are new, and the first answer is the one of before; the next event finds the new ones."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated",),
    steps=(
        steps.InjectFault("banking.balances", faults.StaleResponse()),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Change(what="amend", nth=3),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync("balances"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues("balances"), probes.HoldsEveryRow("balances")),
)
