"""Requests that Fiskil never sent come between those that it did, as drawn from the seed: none of them has an effect."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.signature",),
    steps=(steps.RunGeneratedPlans("forgeries"),),
    probes=(probes.SurvivesEveryPlan(),),
)
