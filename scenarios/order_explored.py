"""A twin gets the same events in any order, retried and repeated, as drawn from the seed: it ends like the one in order."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(steps.RunGeneratedPlans("order", 10),),
    probes=(probes.SurvivesEveryPlan(),),
)
