"""A token's expires_in is missing, null or text; a good integration uses the token all the same."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.WaitUntilIdle(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.TokenLifetime(stated="missing"), times=0),
        steps.Refresh(),
        steps.StayIdle(seconds=1, longer_s=5),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.TokenLifetime(stated="null"), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.TokenLifetime(stated="text"), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.Refresh(),
    ),
    probes=(probes.RequestsTokensInBounds(), probes.HoldsEveryRow("transactions")),
)
