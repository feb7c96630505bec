"""The end user revokes the consent on the app's page; a good integration revokes it at Fiskil and updates the page."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("ux.consent-management",),
    steps=(
        # Another duration than the app's usual one: the page must show the consent's own end.
        steps.LimitConsents(days=47),
        steps.Connect(),
        steps.WaitUntilIdle(),
        # The page must show the new end of a consent that was renewed.
        steps.RenewConsent(days=61),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.RevokeInBrowser(),
        steps.Deliver(),
        steps.WaitForRevocation(),
        # Another end user wants to revoke when the API fails, and must understand what happened.
        steps.Connect(twin="unlucky"),
        steps.WaitUntilIdle(),
        steps.FailToRevokeInBrowser(twin="unlucky"),
    ),
    probes=(probes.ListsAndRevokes(),),
)
