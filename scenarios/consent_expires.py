"""The consent reaches the end of its period; nobody revoked it, and still what was read under it may be kept no longer."""

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
        steps.Deliver(),
    ),
    probes=(probes.DropsRevokedRows(),),
)
