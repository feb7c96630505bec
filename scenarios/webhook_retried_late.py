"""Four attempts are lost and the fifth arrives 55 minutes later; a good receiver accepts and applies it."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(twin="a"),
        steps.WaitUntilIdle(),
        steps.Sync(twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.LateRetry("b.e0"),
        steps.LateRetry("b.e3"),
        steps.Deliver(),
    ),
    probes=(probes.LosesNothing(),),
)
