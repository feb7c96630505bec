"""A revocation arrives before the consent.received of the same second; a good receiver keeps the consent ended."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(twin="a"),
        steps.Sync(twin="a"),
        steps.Deliver(),
        steps.TouchConsent(twin="a"),
        steps.Advance(seconds=1),
        steps.Revoke(twin="a"),
        steps.SetTimestampsWithinSecond(twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.Deliver(),
        steps.TouchConsent(twin="c"),
        steps.Advance(seconds=1),
        steps.Revoke(twin="c"),
        steps.SetTimestampsWithinSecond(twin="c"),
        steps.Deliver(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.TouchConsent(twin="b"),
        steps.Advance(seconds=1),
        steps.Revoke(twin="b"),
        steps.SetTimestampsWithinSecond(twin="b"),
        steps.Deliver(order="newest_first"),
    ),
    probes=(probes.IgnoresDeliveryOrder(),),
)
