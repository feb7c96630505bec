"""The end user declines on the institution's screen; a good integration shows no connection."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Deny(at="accounts"),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession(), probes.ShowsNoServerError()),
)
