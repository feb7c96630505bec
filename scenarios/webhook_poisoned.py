"""One message fails twice; a good receiver processes the others meanwhile and applies this one in the end."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(twin="a"),
        steps.Settle(),
        steps.Sync(twin="a"),
        steps.ConfirmAgain(times=2, twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.ConfirmAgain(times=2, twin="c"),
        steps.Deliver(),
        steps.Settle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.ConfirmAgain(times=2, twin="b"),
        steps.FailNext(at="before", twin="b"),
        steps.DeliverOne("b.e0"),
        steps.Settle(),
        # These are last attempts: an app that blocks them behind the failed message loses them.
        steps.LateRetry("b.e1", minutes=10),
        steps.LateRetry("b.e4", minutes=10),
        steps.FailNext(at="midway", twin="b"),
        steps.Retry("b.e0"),
        steps.Settle(),
        steps.DeliverOne("b.e5"),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.LosesNothing(), probes.AppliesOnce()),
)
