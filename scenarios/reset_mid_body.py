"""The connection is reset in the middle of a later page; a good integration retries and stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.LimitPages(rows=25),
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.ResetPeer(after_bytes=2000), skip=2),
        steps.Sync("transactions"),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("transactions"), probes.RetriesInBounds()),
)
