"""One page of a list is repeated and later another is empty; the next complete read shows every row once."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=3),
        steps.Change(kind="arrive_late", nth=5, days=60),
        steps.InjectFault("banking.transactions", faults.PageRepeated(), page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=7),
        steps.InjectFault("banking.transactions", faults.NextEmpty(), page=2),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.CommitsWholeWalks(), probes.HoldsEveryRow("transactions")),
)
