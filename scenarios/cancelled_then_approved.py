"""The end user cancels, thinks again and consents: the second journey has an auth session of its own and works."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation", "errors.graceful"),
    steps=(
        steps.Cancel(at="code"),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.StartsAgainAfresh(), probes.ShowsNoServerError()),
)
