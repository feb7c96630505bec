"""The token expires while many messages arrive at once; a good integration renews it once for all workers."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.TouchConsent(times=6),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.Latency(latency_ms=1000)),
        steps.DeliverTogether(),
    ),
    probes=(probes.RenewsTokenOnce(), probes.HoldsEveryRow("transactions"), probes.LosesNothing()),
)
