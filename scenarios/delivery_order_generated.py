"""Generated plans reorder, retry and repeat the same events; a good receiver ends in the same state as in order."""

from fiskil_harness import GeneratedScenario

SCENARIO = GeneratedScenario(
    practices=("webhooks.retries",),
    kind="order",
    plans=10,
)
