"""One page ends in a connection reset and another in truncated JSON; a good integration retries and stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.InjectFault("banking.transactions", faults.PageSize(rows=10), times=0),
        steps.InjectFault("banking.transactions", faults.ResetPeer(after_bytes=500), skip=2),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.LiftFaults(),
        steps.InjectFault("banking.transactions", faults.TruncatedJson()),
        steps.Refresh(),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
