"""The end user closes every account at the bank, which then ends the consent: nobody asked the app."""

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
