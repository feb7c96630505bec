"""The end user cancels, consents, and fails twice more; a good integration opens new sessions and keeps the consent."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation", "errors.graceful"),
    steps=(
        steps.Cancel(at="code"),
        steps.Connect(),
        steps.Cancel(at="login"),
        steps.MistypeCode(),
    ),
    probes=(probes.StartsNewSession(), probes.ShowsNoServerError(), probes.ConnectsOnConsent()),
)
