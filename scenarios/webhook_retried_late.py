"""Four attempts got lost and the fifth comes 55 minutes after the fact: it is taken and has its effect."""

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
