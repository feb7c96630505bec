"""Every access token expires early; a good integration renews it once, retries and loses nothing."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Sync(),
        steps.ExpireTokens(),
        steps.Refresh(),
    ),
    probes=(probes.RenewsTokenOnce(), probes.HoldsEveryRow("transactions")),
)
