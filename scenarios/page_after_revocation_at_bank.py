"""The end user revokes the consent at the bank; good pages then show neither the consent as active nor its data."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("ux.consent-management",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.OpenConnections(),
        steps.OpenPage(except_page="connections", moment="synced"),
        steps.Revoke(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.WaitForRevocation(),
    ),
    probes=(probes.PagesFollowEvents(),),
)
