"""Hundreds of other messages come in between, and then one of the first comes again."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(twin="a"),
        steps.Settle(),
        steps.Sync(twin="a"),
        steps.ConfirmAgain(twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.ConfirmAgain(twin="c"),
        steps.Deliver(),
        steps.Settle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.ConfirmAgain(twin="b"),
        steps.Deliver(),
        # This one comes again at once: who applies that a second time has not forgotten, but never knew.
        steps.Retry("b.e4"),
        steps.Replay("b.e4"),
        # More than a bounded memory usually holds; an app that works slowly is given its time.
        steps.Authorise(twin="other"),
        steps.DeliverUnknownEvent(times=300, twin="other"),
        steps.Settle(),
        steps.Settle(),
        steps.Settle(),
        steps.Replay("b.e0"),
        steps.Retry("b.e3"),
    ),
    probes=(probes.AppliesOnce(),),
)
