"""The environment supplies a second key and the first is revoked; a good integration uses the new key and keeps working."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("credentials.in-environment", "credentials.rotated"),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.RotateKey(),
        steps.Refresh(),
        steps.RevokeFirstKey(),
        steps.Refresh(),
    ),
    probes=(probes.UsesConfiguredKey(), probes.SurvivesRotation()),
)
