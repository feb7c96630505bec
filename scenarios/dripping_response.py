"""A page of transactions arrives one byte at a time; a good integration has a deadline for the whole call."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("loading.timeouts", "edge.network-errors"),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.Drip(every_ms=200)),
        steps.Refresh(),
    ),
    probes=(probes.KeepsDeadline(),),
)
