"""The end user closes the tab on every screen in turn, then consents; a good integration works without those callbacks."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.CloseTab(at="institution"),
        steps.CloseTab(at="login"),
        steps.CloseTab(at="code"),
        steps.CloseTab(at="accounts"),
        steps.CloseTab(at="confirm"),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession()),
)
