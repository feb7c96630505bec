"""The end user declines at the institution on each of its screens in turn, and consents in the end."""

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
    probes=(probes.StartsAgainAfresh(), probes.ShowsNoServerError()),
)
