"""The end user declines on each institution screen in turn, then consents; a good integration recovers each time."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation", "errors.graceful"),
    steps=(
        steps.Deny(at="login"),
        steps.Deny(at="code"),
        steps.Deny(at="accounts"),
        steps.Authorise(),
        steps.Deliver(),
    ),
    probes=(probes.StartsNewSession(), probes.ShowsNoServerError()),
)
