"""Signed messages use methods other than POST; a good receiver changes nothing on GET, HEAD or OPTIONS and keeps working."""

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
