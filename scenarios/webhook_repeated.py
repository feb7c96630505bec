"""Messages arrive again, as retries with other bytes and as identical bytes; a good receiver applies each once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(twin="a"),
        steps.Settle(),
        steps.Sync(twin="a"),
        steps.ConfirmAgain(times=3, twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.ConfirmAgain(times=3, twin="c"),
        steps.Deliver(),
        steps.Settle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.ConfirmAgain(times=3, twin="b"),
        steps.Deliver(),
        steps.Retry("b.e0"),
        steps.Replay("b.e0"),
        steps.Replay("b.e3"),
        steps.Retry("b.e3"),
        steps.Retry("b.e3"),
        steps.Retry("b.e1"),
        steps.RespellEvery("b.e2"),
        # Each of these is repeated in one way only, so that a second effect shows which way caused it.
        steps.Retry("b.e4"),
        steps.Retry("b.e4"),
        steps.Replay("b.e5"),
        steps.Replay("b.e5"),
        steps.RespellEvery("b.e6"),
        steps.Replay("b.e0"),
    ),
    probes=(probes.AppliesOnce(),),
)
