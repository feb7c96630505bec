"""The end user finds what they share on the app's page and ends it there: it ends at Fiskil, and the page follows."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("ux.consent-management",),
    steps=(
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
