"""The end user closes the tab and comes back when the auth session is long over; the next attempt works."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Leave(at="code"),
        steps.Advance(days=6),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsAgainAfresh()),
)
