"""The end user revokes the consent and the event is lost; a good integration removes the data at the next refresh."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Revoke(),
        steps.DropAll(),
        steps.Refresh(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
