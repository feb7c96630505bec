"""The end user cancels on every screen in turn, then consents; a good integration uses a new auth session each time."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Cancel(at="institution"),
        steps.Cancel(at="login"),
        steps.Cancel(at="code"),
        steps.Cancel(at="accounts"),
        steps.Cancel(at="confirm"),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession()),
)
