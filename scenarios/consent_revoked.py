"""The end user revokes the consent at the institution; what was read under it is served no longer."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Revoke(),
        steps.Deliver(),
    ),
    probes=(probes.DropsRevokedRows(),),
)
