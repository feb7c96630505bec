"""Generated plans combine all disturbances of deliveries; a good receiver keeps each of its promises in all of them."""

from fiskil_harness import GeneratedScenario

SCENARIO = GeneratedScenario(
    practices=(
        "webhooks.idempotent",
        "webhooks.signature",
        "webhooks.retries",
        "webhooks.prompt-2xx",
        "sandbox.many-end-users",
        "tokens.not-logged",
    ),
    kind="everything",
)
