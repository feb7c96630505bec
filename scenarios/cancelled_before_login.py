"""The end user cancels on the first screen and is not connected; a later consent shows that the app can tell."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Cancel(at="institution"),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsAgainAfresh(), probes.ShowsNoServerError()),
)
