"""Signed bodies arrive that were drawn from a description of the receiver, on the border of what is lawful and beyond it."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.Fuzz(count=80),
        steps.WaitUntilIdle(),
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.SurvivesFuzzing(),),
)
