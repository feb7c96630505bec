"""Each message of the consent page arrives twice, and the callback opens too; a good integration connects once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Embed(),
        steps.Cancel(at="login"),
        steps.TellAgain(),
        steps.ComeBackAgain(),
        steps.ReturnToTab(attempt=1),
        steps.Authorise(),
        steps.TellAgain(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.TellAgain(),
        steps.ComeBackAgain(),
    ),
    probes=(probes.ConnectsOnConsent(), probes.StartsAgainAfresh(), probes.ShowsNoServerError()),
)
