"""A refresh reads a corrected row while an older reading is on its way; a good integration keeps the newer value."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(),
        steps.WaitUntilIdle(),
        # The first page, with the newest row, has been read when the second page is late.
        steps.InjectFault("banking.transactions", faults.Latency(latency_ms=1500), page=2),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.AmendAndRefreshDuringCall(),
    ),
    probes=(probes.HoldsNewestValues(),),
)
