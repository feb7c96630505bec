"""The end user has two consents at one bank and revokes one on the app's page; a good page lists both and ends that one."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("ux.consent-management",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.RevokeInBrowser(),
        steps.Deliver(),
        steps.WaitForRevocation(),
    ),
    probes=(probes.ListsAndRevokes(),),
)
