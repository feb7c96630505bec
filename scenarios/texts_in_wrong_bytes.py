"""Pages have a byte order mark, Latin-1 text or half a character; a good integration loses no row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25),
        steps.Authorise(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.transactions", faults.ByteOrderMark(), page=1),
        steps.Break("banking.transactions", faults.Latin1(), page=2),
        steps.Break("banking.transactions", faults.LoneSurrogate(), page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Settle(),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
