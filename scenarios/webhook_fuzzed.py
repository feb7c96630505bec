"""Signed bodies generated from a schema arrive, valid and invalid; a good receiver handles them and keeps working."""

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
