"""A second consent is revoked before the app hears of it, and its end is told first: nothing of it ever shows."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Revoke(),
        steps.Deliver(),
        steps.Settle(),
        steps.Authorise(),
        steps.Sync(),
        steps.Advance(seconds=1),
        steps.Revoke(by="institution"),
        steps.Deliver(order="newest_first"),
        steps.Refresh(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
