"""The app gets a second key by its environment, then the first is revoked: it uses the new one and works on."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("credentials.in-environment", "credentials.rotated"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.RotateKey(),
        steps.Refresh(),
        steps.RevokeFirstKey(),
        steps.Refresh(),
    ),
    probes=(probes.UsesConfiguredKey(), probes.SurvivesRotation()),
)
