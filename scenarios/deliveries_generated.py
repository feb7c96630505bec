"""Generated plans repeat messages, lose responses and crash the app; a good receiver applies each message once."""

from fiskil_harness import GeneratedScenario

SCENARIO = GeneratedScenario(
    practices=("webhooks.idempotent",),
    kind="deliveries",
)
