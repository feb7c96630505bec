"""Messages come again, as retries with another attempt number and as the very same bytes: each has its effect once."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
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
        steps.Deliver(),
        # Some come again in one way alone, so that what is applied again tells which way it was.
        steps.Retry("b.e0"),
        steps.Replay("b.e4"),
        steps.RespellEvery("b.e5"),
        steps.Replay("b.e3"),
        steps.Retry("b.e1"),
        steps.Retry("b.e1"),
        steps.RespellEvery("b.e2"),
        steps.Retry("b.e2"),
        steps.Replay("b.e2"),
        steps.Replay("b.e4"),
        steps.Retry("b.e0"),
    ),
    probes=(probes.AppliesOnce(),),
)
