"""Small pages of the hosted API overlap; a good integration stores each row once."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.InjectFault("banking.transactions", faults.PageSize(rows=10), times=0),
        steps.InjectFault("banking.transactions", faults.Overlap(rows=4), times=2),
        steps.Refresh(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.HoldsEveryRow("transactions"),),
)
