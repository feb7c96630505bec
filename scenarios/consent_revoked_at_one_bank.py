"""The end user revokes one of two consents; a good integration removes that bank's data and keeps the other's."""

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
        steps.Revoke(),
        steps.Deliver(),
    ),
    probes=(probes.ForgetsEndedConsents(), probes.KeepsOtherConsents()),
)
