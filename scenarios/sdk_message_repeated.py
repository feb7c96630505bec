"""Each consent page message arrives twice, and the browser also requests the callback; a good integration connects once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.EmbedConsentPage(),
        steps.Cancel(at="login"),
        steps.RepeatSdkMessage(),
        steps.ReturnAgain(),
        steps.ReturnToTab(attempt=1),
        steps.Authorise(),
        steps.RepeatSdkMessage(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.RepeatSdkMessage(),
        steps.ReturnAgain(),
    ),
    probes=(probes.ConnectsOnConsent(), probes.StartsNewSession(), probes.ShowsNoServerError()),
)
