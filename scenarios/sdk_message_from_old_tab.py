"""The end user consents in a second tab and cancels in the first, which posts a message; a good integration ignores it."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.EmbedConsentPage(),
        steps.CloseTab(at="login"),
        steps.Authorise(),
        steps.ReturnToTab(attempt=1),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ConnectsOnConsent(), probes.StartsNewSession(), probes.ShowsNoServerError()),
)
