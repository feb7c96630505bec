"""Pages overlap and change their order, as when rows are inserted; a good integration stores each row once."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors", "data.upsert"),
    steps=(
        steps.LimitPages(rows=10),
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.Overlap(rows=4), times=3),
        steps.InjectFault("banking.transactions", faults.RowOrderChanged(order="shuffled"), page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
