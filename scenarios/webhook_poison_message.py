"""One message fails twice; a good receiver processes the others meanwhile and applies this one in the end."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries", "webhooks.failures-logged"),
    steps=(
        steps.Authorise(twin="a"),
        steps.WaitUntilIdle(),
        steps.Sync(twin="a"),
        steps.TouchConsent(times=2, twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.TouchConsent(times=2, twin="c"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.TouchConsent(times=2, twin="b"),
        steps.FailNext(at="before", twin="b"),
        steps.DeliverOne("b.e0"),
        steps.WaitUntilIdle(),
        # These have no further attempt: an app that holds them back behind the failed message loses them.
        steps.LateRetry("b.e1", minutes=10),
        steps.LateRetry("b.e4", minutes=10),
        steps.FailNext(at="midway", twin="b"),
        steps.Retry("b.e0"),
        steps.WaitUntilIdle(),
        steps.DeliverOne("b.e5"),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.LosesNothing(), probes.AppliesOnce(), probes.LogsFailedProcessing()),
)
