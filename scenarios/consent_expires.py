"""The consent reaches the end of its period; a good integration removes the data that was read under it."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.LimitConsents(days=1),
        steps.Connect(),
        steps.Advance(days=1),
        steps.Deliver(),
    ),
    probes=(probes.DropsRevokedRows(),),
)
