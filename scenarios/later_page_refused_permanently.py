"""A later page is refused permanently; a good integration shows all old rows or all new rows, never a part."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=3),
        steps.Change(kind="arrive_late", nth=5, days=60),
        steps.InjectFault("banking.transactions", faults.Status(status=422), times=0, page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.InjectFault("banking.transactions", faults.Status(status=410), times=0, page=4),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.CommitsWholeWalks(), probes.HoldsEveryRow("transactions")),
)
