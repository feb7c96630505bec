"""The end user cancels, then consents; a good integration uses a new auth session for the second journey."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation", "errors.graceful"),
    steps=(
        steps.Cancel(at="code"),
        steps.Connect(),
    ),
    probes=(probes.StartsNewSession(), probes.ShowsNoServerError()),
)
