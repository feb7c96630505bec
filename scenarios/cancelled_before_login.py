"""The end user cancels on the first screen and consents later; a good integration shows a connection only then."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Cancel(at="institution"),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession(), probes.ShowsNoServerError()),
)
