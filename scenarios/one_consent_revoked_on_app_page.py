"""The end user revokes one of two consents on the app's page; a good integration ends that one and keeps the other."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("ux.consent-management",),
    steps=(
        steps.AuthoriseElsewhere(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.RevokeInBrowser(),
        steps.Deliver(),
        steps.WaitForRevocation(),
    ),
    probes=(probes.ListsAndRevokes(),),
)
