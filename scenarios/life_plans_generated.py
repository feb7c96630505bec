"""Generated plans combine consents, failing calls and disturbed deliveries; a good integration ends in the correct state."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=(
        "tokens.expiry-handled",
        "cache.invalidated",
        "data.changes-tolerated",
        "data.upsert",
        "data.soft-delete",
        "errors.graceful",
        "webhooks.idempotent",
        "webhooks.retries",
        "edge.user-cancellation",
        "edge.network-errors",
    ),
    steps=(steps.RunGeneratedPlans("life_plans", 10),),
    probes=(probes.SurvivesEveryPlan(),),
)
