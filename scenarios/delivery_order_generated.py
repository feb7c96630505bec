"""Generated plans reorder, retry and repeat the same events; a good receiver ends in the same state as in order."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(steps.RunGeneratedPlans("order", 10),),
    probes=(probes.SurvivesEveryPlan(),),
)
