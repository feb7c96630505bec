"""The Date header is a day ahead, then a day behind; a good integration does not derive the token's expiry from it."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.WaitUntilIdle(),
        steps.ExpireTokens(),
        steps.InjectFault("*", faults.DateSkew(skew_s=86_400), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.InjectFault("*", faults.DateSkew(skew_s=-86_400), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.Refresh(),
    ),
    probes=(probes.RequestsTokensInBounds(), probes.HoldsEveryRow("transactions")),
)
