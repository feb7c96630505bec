"""Messages come again, as retries with another attempt number and as the very same bytes: each has its effect once."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(twin="a"),
        steps.Settle(),
        steps.Sync(twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.Deliver(),
        steps.Settle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.Deliver(),
        steps.Retry("b.e0"),
        steps.Replay("b.e0"),
        steps.Replay("b.e3"),
        steps.Retry("b.e3"),
        steps.Retry("b.e3"),
        steps.Retry("b.e1"),
        steps.RespellEvery("b.e2"),
        steps.Replay("b.e0"),
    ),
    probes=(probes.AppliesOnce(),),
)
