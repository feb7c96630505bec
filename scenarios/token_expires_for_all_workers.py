"""The token expires while events of eight end users arrive at once; a good integration renews it once for all workers."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry", "sandbox.many-end-users"),
    steps=(
        steps.AuthoriseEach(8),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.SyncEach(8, dataset="accounts"),
        steps.InjectFault("banking.accounts", faults.Latency(latency_ms=250), times=0),
        steps.DeliverTogether(),
        steps.WaitUntilIdle(),
        steps.SyncEach(8, dataset="accounts"),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.Latency(latency_ms=400), times=0),
        steps.DeliverTogether(),
    ),
    probes=(
        probes.RenewsTokenOnce(),
        probes.HoldsEveryRow("transactions"),
        probes.LosesNothing(),
        probes.SeparatesConcurrentUsers(),
    ),
)
