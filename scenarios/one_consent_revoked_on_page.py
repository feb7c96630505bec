"""Two banks are connected and the end user ends one of them on the app's page: that one goes, and the other stays."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("ux.consent-management",),
    steps=(
        steps.AuthoriseElsewhere(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.RevokeInBrowser(),
        steps.Deliver(),
        steps.WaitForRevocation(),
    ),
    probes=(probes.ListsAndRevokes(),),
)
