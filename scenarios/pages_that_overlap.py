"""Pages overlap and change their order, as when rows are inserted; a good integration stores each row once."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors", "data.upsert"),
    steps=(
        steps.LimitPages(rows=10),
        steps.Authorise(),
        steps.Deliver(),
        steps.Settle(),
        steps.Break("banking.transactions", faults.Overlap(rows=4), times=3),
        steps.Break("banking.transactions", faults.OrderChanged(order="shuffled"), page=3),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
