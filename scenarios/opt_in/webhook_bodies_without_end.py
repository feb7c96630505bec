"""Somebody unsigned writes bodies without end: the receiver stops where its team says so, and goes on with the others."""

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
