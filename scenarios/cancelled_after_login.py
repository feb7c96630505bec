"""The end user cancels on the last screen, having logged in and chosen accounts, and is not connected."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Cancel(at="confirm"),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsAgainAfresh(), probes.ShowsNoServerError()),
)
