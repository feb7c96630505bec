"""A token's expires_in is huge, negative or zero; a good integration renews when refused and never in a loop."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Settle(),
        steps.ExpireTokens(),
        steps.Break("token", faults.TokenLifetime(told="huge"), times=0),
        steps.Refresh(),
        steps.Mend(),
        steps.ExpireTokens(),
        steps.Break("token", faults.TokenLifetime(told="negative"), times=0),
        steps.Refresh(),
        steps.Mend(),
        steps.ExpireTokens(),
        steps.Break("token", faults.TokenLifetime(told="zero"), times=0),
        steps.Refresh(),
        steps.StayIdle(seconds=1),
        steps.Mend(),
        steps.ExpireTokens(),
        steps.Refresh(),
    ),
    probes=(probes.TakesTokensInBounds(), probes.HoldsEveryRow("transactions")),
)
