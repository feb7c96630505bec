"""Generated plans repeat messages, lose responses and crash the app; a good receiver applies each message once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(steps.RunGeneratedPlans("deliveries"),),
    probes=(probes.SurvivesEveryPlan(),),
)
