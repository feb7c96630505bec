"""The end user consents in a second tab, then cancels in the first; a good integration keeps the consent."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.CloseTab(at="login"),
        steps.Authorise(),
        steps.ReturnToTab(attempt=1),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.ReturnAgain(),
    ),
    probes=(probes.ConnectsOnConsent(), probes.StartsNewSession(), probes.ShowsNoServerError()),
)
