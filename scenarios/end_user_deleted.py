"""An end user is deleted at Fiskil; a good integration removes the data that the end user shared."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Connect(),
        steps.DeleteEndUser(),
        steps.Deliver(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
