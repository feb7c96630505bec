"""A later page always links to the first page; a good integration stops reading and keeps its old rows."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=3),
        steps.Change(kind="arrive_late", nth=5, days=60),
        steps.InjectFault("banking.transactions", faults.CursorLoop(), times=0, page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.BoundsItsWalks(), probes.CommitsWholeWalks(), probes.HoldsEveryRow("transactions")),
)
