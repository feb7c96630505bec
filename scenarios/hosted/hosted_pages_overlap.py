"""Small pages overlap, and one comes in another order; each row is held once."""

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
