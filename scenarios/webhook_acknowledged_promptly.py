"""Fifty events arrive at once, and some beside slow clients; a good receiver acknowledges each in time."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.Forge("unsigned"),
        steps.TouchConsent(),
        steps.Deliver(),
        steps.TouchConsent(times=50),
        steps.DeliverTogether(),
        steps.TouchConsent(),
        steps.DeliverBesideSlowClient("e55"),
        steps.DeliverBesideEverySlowClient(),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.AcknowledgesGenuine(), probes.AcknowledgesPromptly(), probes.ServesClientsConcurrently()),
)
