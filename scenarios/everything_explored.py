"""All that may happen to deliveries in one plan, as drawn from the seed: each promise of a receiver is kept in all of it."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=(
        "webhooks.idempotent",
        "webhooks.signature",
        "webhooks.retries",
        "webhooks.prompt-2xx",
        "sandbox.many-end-users",
        "tokens.not-logged",
    ),
    steps=(steps.RunGeneratedPlans("everything"),),
    probes=(probes.SurvivesEveryPlan(),),
)
