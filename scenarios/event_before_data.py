"""The event arrives before the transactions are available; a good integration has them after the next event."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated",),
    steps=(
        steps.LimitPages(rows=25),
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.EmptyList()),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Change(kind="amend", nth=3),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
