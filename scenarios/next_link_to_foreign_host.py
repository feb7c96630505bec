"""A link to the next page leads to another host; a good integration does not follow it and keeps its old rows."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=3),
        steps.Change(kind="arrive_late", nth=5, days=60),
        steps.InjectFault("banking.transactions", faults.NextForeign(), times=0, page=2),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.RefusesForeignLinks(), probes.CommitsWholeWalks(), probes.HoldsEveryRow("transactions")),
)
