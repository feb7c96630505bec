"""The app is killed at various moments during deliveries and restarts; a good receiver applies each message once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(twin="a"),
        steps.WaitUntilIdle(),
        steps.Sync(twin="a"),
        steps.TouchConsent(times=16, twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.TouchConsent(times=16, twin="c"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.DeliverTogether(),
        steps.TouchConsent(times=4, twin="b"),
        steps.KillDuringDelivery(at=0),
        steps.Deliver(attempts=5),
        steps.TouchConsent(times=4, twin="b"),
        steps.KillDuringDelivery(at=0.4),
        steps.Deliver(attempts=5),
        steps.TouchConsent(times=4, twin="b"),
        steps.KillDuringDelivery(at=0.7),
        steps.Deliver(attempts=5),
        steps.TouchConsent(times=4, twin="b"),
        steps.KillDuringDelivery(at=1.5),
        steps.Deliver(attempts=5),
        steps.RepeatTogether(rounds=1, twin="b"),
    ),
    probes=(probes.LosesNothing(), probes.AppliesOnce()),
)
