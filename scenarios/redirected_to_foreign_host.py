"""The API redirects a page to another host; a good integration does not send its token there."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=3),
        steps.InjectFault("banking.transactions", faults.RedirectCrossOrigin(status=307), times=0, page=2),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.InjectFault("banking.transactions", faults.RedirectCrossOrigin(status=302), times=0, page=1),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.RefusesForeignLinks(), probes.CommitsWholeWalks(), probes.HoldsEveryRow("transactions")),
)
