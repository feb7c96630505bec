"""The end user closes every account and the bank ends the consent; a good integration removes the data."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.CloseAccount("savings"),
        steps.CloseAccount("everyday"),
        steps.Deliver(),
    ),
    probes=(probes.DropsRevokedRows(),),
)
