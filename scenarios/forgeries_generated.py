"""Generated plans mix forged requests with genuine ones; a good receiver applies no forged request."""

from fiskil_harness import GeneratedScenario

SCENARIO = GeneratedScenario(
    practices=("webhooks.signature",),
    kind="forgeries",
)
