"""A page of transactions stops halfway on an open connection; a good integration gives up in time."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("loading.timeouts", "edge.network-errors"),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.Stall(after_bytes=500)),
        steps.Refresh(),
    ),
    probes=(probes.KeepsDeadline(),),
)
