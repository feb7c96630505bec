"""Dates have an offset, fractions or no time, or are near midnight; a good integration keeps each row on its day."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.DateForm(form="offset"), times=0, page=1),
        steps.InjectFault("banking.transactions", faults.DateForm(form="fraction"), times=0, page=2),
        steps.InjectFault("banking.transactions", faults.DayEdge(), times=0, page=3),
        # An app may reject a time without a clock each time, so such times are on the last page.
        steps.InjectFault("banking.transactions", faults.DateForm(form="date_only"), times=0, page=4),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.KeepsPostingDay(), probes.HoldsEveryRow("transactions")),
)
