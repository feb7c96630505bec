"""The cursors in links to next pages have encoded plus signs; a good integration reads every page."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        # Small pages, so that a list of new rows alone has a next page too.
        steps.LimitPages(rows=3),
        steps.InjectFault("banking.transactions", faults.CursorSigns(), times=0),
        steps.Change(kind="repeat", nth=2),
        steps.Change(kind="repeat", nth=3),
        steps.Change(kind="repeat", nth=4),
        steps.Change(kind="repeat", nth=5),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
