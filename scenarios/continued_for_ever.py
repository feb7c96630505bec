"""The API says 100 Continue again and again and never answers; a good integration gives up in time."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=(
        "loading.timeouts",
        "edge.network-errors",
    ),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.ContinueForever(every_ms=200)),
        steps.Refresh(),
    ),
    probes=(probes.KeepsDeadline(),),
)
