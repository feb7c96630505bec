"""A token is told to live for ever, for less than no time, and for no time at all; it lives as long as any other."""

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
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.TokenLifetime(stated="negative"), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.TokenLifetime(stated="zero"), times=0),
        steps.Refresh(),
        steps.StayIdle(seconds=1),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.Refresh(),
    ),
    probes=(probes.TakesTokensInBounds(), probes.HoldsEveryRow("transactions")),
)
