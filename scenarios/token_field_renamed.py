"""The token arrives as access_token, then as token again; a good integration sends only tokens that it received."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.WaitUntilIdle(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.TokenField(), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.Refresh(),
    ),
    probes=(probes.SendsIssuedTokensOnly(), probes.RequestsTokensInBounds(), probes.HoldsEveryRow("transactions")),
)
