"""The token comes as access_token, as another page of the documents has it, and then as token again."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Settle(),
        steps.ExpireTokens(),
        steps.Break("token", faults.TokenField(), times=0),
        steps.Refresh(),
        steps.Mend(),
        steps.ExpireTokens(),
        steps.Refresh(),
    ),
    probes=(probes.SendsTokensItGot(), probes.TakesTokensInBounds(), probes.HoldsEveryRow("transactions")),
)
