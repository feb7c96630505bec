"""The consent reaches the end of its period, and nobody tells: the next refresh finds out, and nothing stays."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.LimitConsents(days=1),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Advance(days=1),
        steps.DropAll(),
        steps.Refresh(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
