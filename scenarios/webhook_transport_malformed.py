"""Signed requests use chunks, HTTP/1.0, wrong lengths or line ends; a good receiver accepts or refuses and keeps working."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.SendEveryVariant("odd", event="e0"),
        steps.WaitUntilIdle(),
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.SurvivesMalformedRequests(), probes.AppliesWholePostsOnly()),
)
