"""A new token takes more than a second to arrive; a good integration waits for it and requests it once."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.Latency(latency_ms=1200), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Refresh(),
    ),
    probes=(probes.RequestsTokensInBounds(), probes.HoldsEveryRow("transactions")),
)
