"""An end user is deleted at Fiskil: who asks for them finds nothing, and what they shared goes all the same."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.DeleteEndUser(),
        steps.Deliver(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
