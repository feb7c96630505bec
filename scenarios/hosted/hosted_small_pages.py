"""The list of transactions has small pages; a good integration follows links.next to the end and stores each row once."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.InjectFault("banking.transactions", faults.PageSize(rows=10), times=0),
        steps.Refresh(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
