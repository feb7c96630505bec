"""The token endpoint fails for a moment, in several ways; a good integration recovers and reads everything afterwards."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.ErrorBody(status=503), times=0),
        steps.Refresh(),
        steps.LiftFaults(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.ResetPeer()),
        steps.Refresh(),
        steps.ExpireTokens(),
        steps.InjectFault("token", faults.HtmlInside()),
        steps.Refresh(),
        steps.Change(kind="repeat", nth=5),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Refresh(),
    ),
    probes=(probes.RequestsTokensInBounds(), probes.HoldsEveryRow("transactions"), probes.LosesNothing()),
)
