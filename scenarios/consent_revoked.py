"""The end user revokes the consent at the institution; a good integration no longer serves the data read under it."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Connect(),
        steps.Revoke(),
        steps.Deliver(),
    ),
    probes=(probes.DropsRevokedRows(),),
)
