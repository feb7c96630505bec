"""Pages have a byte order mark, Latin-1 text or half a character; a good integration loses no row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.ByteOrderMark(), page=1),
        steps.InjectFault("banking.transactions", faults.Latin1(), page=2),
        steps.InjectFault("banking.transactions", faults.LoneSurrogate(), page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
