"""The consent expires and the event is lost; a good integration detects this at the next refresh and removes the data."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.LimitConsents(days=1),
        steps.Connect(),
        steps.Advance(days=1),
        steps.DropAll(),
        steps.Refresh(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
