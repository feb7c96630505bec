"""The link of a later page leads back to the first one, for ever: the walk ends, and what was known stays."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Change(what="repeat", nth=3),
        steps.Change(what="arrive_late", nth=5, days=60),
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
