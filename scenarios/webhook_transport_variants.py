"""Genuine requests differ in header case, chunks and content type; a good receiver accepts each of them."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.DeliverEveryForm(),
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.AcceptsEquivalentRequests(),),
)
