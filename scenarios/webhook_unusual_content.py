"""Signed messages with content that Fiskil never sends arrive; a good receiver may refuse them and keeps working."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.DistortEvery(),
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.AcknowledgesGenuine(), probes.AcknowledgesPromptly()),
)
