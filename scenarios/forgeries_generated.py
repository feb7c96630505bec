"""Generated plans mix forged requests with genuine ones; a good receiver applies no forged request."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.signature",),
    steps=(steps.RunGeneratedPlans("forgeries"),),
    probes=(probes.SurvivesEveryPlan(),),
)
