"""The token dies when many messages come at once, and a new one takes its time: one worker fetches it for all of them."""

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
