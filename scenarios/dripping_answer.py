"""A page of transactions comes a byte at a time, so only a deadline on the whole call ends it."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("loading.timeouts", "edge.network-errors"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.Drip(every_ms=200)),
        steps.Refresh(),
    ),
    probes=(probes.KeepsDeadline(),),
)
