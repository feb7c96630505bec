"""Messages come again, at once, after a lost answer and after a crash, as drawn from the seed: each has its effect once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(steps.RunGeneratedPlans("deliveries"),),
    probes=(probes.SurvivesEveryPlan(),),
)
