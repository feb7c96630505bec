"""The API rejects a cursor, once and then always; a good integration starts the list again or keeps its old rows."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=3),
        steps.Change(kind="arrive_late", nth=5, days=60),
        steps.InjectFault("banking.transactions", faults.CursorExpired(), page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=4),
        steps.Change(kind="arrive_late", nth=6, days=70),
        steps.InjectFault("banking.transactions", faults.CursorExpired(), times=0, page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.CommitsWholeWalks(), probes.HoldsEveryRow("transactions")),
)
