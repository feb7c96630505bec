"""Genuine requests come in other letters, pieces and content types that say the same: each is taken like any other."""

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
