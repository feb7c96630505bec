"""The end user closes the tab mid-journey, so no callback arrives; a good integration connects on the next attempt."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.CloseTab(at="code"),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession()),
)
