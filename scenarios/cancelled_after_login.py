"""The end user cancels on the last screen, after choosing accounts; a good integration shows no connection."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Cancel(at="confirm"),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession(), probes.ShowsNoServerError()),
)
