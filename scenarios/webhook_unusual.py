"""Signed oddities that Fiskil never sends arrive: any answer will do, and afterwards the receiver works as before."""

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
