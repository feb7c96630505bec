"""A token's expires_in is huge, negative or zero; a good integration renews when refused and never in a loop."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.WaitUntilIdle(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.TokenLifetime(stated="huge"), times=0),
        steps.Refresh(),
        steps.StayIdle(seconds=0.25, longer_s=5),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.TokenLifetime(stated="negative"), times=0),
        steps.Refresh(),
        steps.StayIdle(seconds=0.25, longer_s=5),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.TokenLifetime(stated="zero"), times=0),
        steps.Refresh(),
        steps.StayIdle(seconds=1, longer_s=5),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.Refresh(),
    ),
    probes=(probes.RequestsTokensInBounds(), probes.HoldsEveryRow("transactions")),
)
