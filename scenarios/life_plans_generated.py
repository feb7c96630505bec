"""Generated plans combine consents, failing calls and disturbed deliveries; a good integration ends in the correct state."""

from fiskil_harness import GeneratedScenario

SCENARIO = GeneratedScenario(
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
    kind="life_plans",
    plans=10,
)
