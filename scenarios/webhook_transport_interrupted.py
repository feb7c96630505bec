"""Connections close halfway through signed requests; a good receiver ignores the part and accepts the next message."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    steps=(
        # The control: the effect of a genuine revocation, on another end user.
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
