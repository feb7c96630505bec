"""The consent is revoked while an end user's refresh reads its rows; a good integration discards rows that arrive late."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.transactions", faults.Latency(latency_ms=1500)),
        steps.RevokeDuringRefresh(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
