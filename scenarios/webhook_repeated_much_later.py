"""An early message arrives again after hundreds of others; a good receiver does not apply it again."""

from fiskil_harness import Scenario, probes, steps

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
        # The last attempt, almost an hour late: an app that forgets by age has forgotten it at the repetition.
        steps.LateRetry("b.e4"),
        steps.Deliver(),
        # Repeated at once: an app that applies this one twice never remembered it.
        steps.Retry("b.e5"),
        steps.Replay("b.e5"),
        # More messages than a bounded memory usually holds; slow apps get time to process them.
        steps.Authorise(twin="other"),
        steps.DeliverUnknownEvent(times=300, twin="other"),
        steps.Settle(),
        steps.Settle(),
        steps.Settle(),
        steps.Replay("b.e0"),
        steps.Retry("b.e3"),
        steps.Replay("b.e4"),
    ),
    probes=(probes.AppliesOnce(),),
)
