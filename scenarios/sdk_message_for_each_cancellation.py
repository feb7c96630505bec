"""The embedded consent page posts a cancellation on each screen, then a consent; a good integration handles each message."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.EmbedConsentPage(),
        steps.Cancel(at="institution"),
        steps.Cancel(at="login"),
        steps.Cancel(at="code"),
        steps.Cancel(at="accounts"),
        steps.Cancel(at="confirm"),
        steps.Connect(),
    ),
    probes=(probes.StaysUnconnected(), probes.StartsNewSession(), probes.ShowsNoServerError()),
)
