"""The end user closes the tab, returns days later and starts again; a good integration accepts the new attempt."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.CloseTab(at="institution"),
        steps.Advance(days=4),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession()),
)
