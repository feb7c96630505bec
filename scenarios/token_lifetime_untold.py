"""A token's expires_in is missing, null or text; a good integration uses the token all the same."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Settle(),
        steps.ExpireTokens(),
        steps.Break("token", faults.TokenLifetime(told="missing"), times=0),
        steps.Refresh(),
        steps.StayIdle(seconds=1),
        steps.Mend(),
        steps.ExpireTokens(),
        steps.Break("token", faults.TokenLifetime(told="null"), times=0),
        steps.Refresh(),
        steps.Mend(),
        steps.ExpireTokens(),
        steps.Break("token", faults.TokenLifetime(told="text"), times=0),
        steps.Refresh(),
        steps.Mend(),
        steps.ExpireTokens(),
        steps.Refresh(),
    ),
    probes=(probes.TakesTokensInBounds(), probes.HoldsEveryRow("transactions")),
)
