"""The end user of two banks disconnects in the app; a good integration revokes each consent that it treats as ended."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.AuthoriseElsewhere(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Disconnect(),
        steps.Deliver(),
    ),
    probes=(probes.EndsConsentsAtFiskil(), probes.ForgetsEndedConsents()),
)
