"""Signed messages come by GET, HEAD, OPTIONS, PUT, PATCH and DELETE: reading changes nothing, and the receiver goes on."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.SendEveryVariant("method", event="e0"),
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.SurvivesMalformedRequests(), probes.AppliesWholePostsOnly()),
)
