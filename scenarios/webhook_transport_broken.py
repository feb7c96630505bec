"""Connections die halfway through a signed request: half a message has no effect, and the next whole one is taken."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        # What a genuine revocation looks like, shown by somebody else's.
        steps.Authorise(twin="control"),
        steps.Sync(twin="control"),
        steps.Deliver(),
        steps.Advance(seconds=1),
        steps.Revoke(twin="control"),
        steps.Deliver(),
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.SendEveryVariant("broken", event="e0"),
        steps.TouchConsent(),
        steps.Deliver(),
    ),
    probes=(probes.SurvivesMalformedRequests(), probes.AppliesWholePostsOnly()),
)
