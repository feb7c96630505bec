"""The end user closes every account and the bank ends the consent; a good integration removes the data."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Connect(),
        steps.CloseAccount("savings"),
        steps.CloseAccount("everyday"),
        steps.Deliver(),
    ),
    probes=(probes.DropsRevokedRows(),),
)
