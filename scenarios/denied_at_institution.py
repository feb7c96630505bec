"""The end user declines on the institution's own screen, and is not connected."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Deny(at="accounts"),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsAgainAfresh(), probes.ShowsNoServerError()),
)
