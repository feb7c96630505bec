"""The cursors in links to next pages have encoded plus signs; a good integration reads every page."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(twin="other"),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.CursorSigns(), times=0),
        steps.Connect(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
