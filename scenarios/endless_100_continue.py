"""The API sends 100 Continue repeatedly and no final response; a good integration gives up within its deadline."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=(
        "loading.timeouts",
        "edge.network-errors",
    ),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.ContinueForever(every_ms=200)),
        steps.Refresh(),
    ),
    probes=(probes.KeepsDeadline(),),
)
