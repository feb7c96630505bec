"""The app restarts after a consent was revoked; a good integration still shows none of the data that was read under it."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Connect(twin="other"),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Revoke(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Restart(),
        # Rows of an active consent after the restart show that the app's state still contains rows at all.
        steps.Sync(twin="other"),
        steps.Deliver(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
