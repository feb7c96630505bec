"""The token endpoint fails for a moment, in several ways; a good integration recovers and reads everything afterwards."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.expiry-handled", "edge.token-expiry"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.ExpireTokens(),
        steps.Break("token", faults.ErrorBody(status=503), times=0),
        steps.Refresh(),
        steps.Mend(),
        steps.ExpireTokens(),
        steps.Break("token", faults.ResetPeer()),
        steps.Refresh(),
        steps.ExpireTokens(),
        steps.Break("token", faults.HtmlInside()),
        steps.Refresh(),
        steps.Change(what="repeat", nth=5),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.Refresh(),
    ),
    probes=(probes.TakesTokensInBounds(), probes.HoldsEveryRow("transactions"), probes.LosesNothing()),
)
