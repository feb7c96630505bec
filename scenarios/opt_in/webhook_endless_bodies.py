"""A client sends endless unsigned bodies; a good receiver stops at its configured limit and serves other requests."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.FloodBodies(),
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.BoundsBodies(), probes.AcknowledgesGenuine()),
)
