"""A second key replaces the first, which is revoked; a good integration uses the new key in all its later work."""

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
        # A renewal, a message and a new end user must not use a copy of the first key either.
        steps.ExpireTokens(),
        steps.Refresh(),
        steps.ExpireTokens(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="other"),
        steps.Refresh(),
    ),
    probes=(probes.UsesConfiguredKey(), probes.SurvivesRotation()),
)
