"""The app is killed at various moments during deliveries and restarts; a good receiver applies each message once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(twin="a"),
        steps.Settle(),
        steps.Sync(twin="a"),
        steps.ConfirmAgain(times=16, twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.ConfirmAgain(times=16, twin="c"),
        steps.Deliver(),
        steps.Settle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.DeliverTogether(),
        steps.ConfirmAgain(times=4, twin="b"),
        steps.KillAmidst(at=0),
        steps.Deliver(attempts=5),
        steps.ConfirmAgain(times=4, twin="b"),
        steps.KillAmidst(at=0.4),
        steps.Deliver(attempts=5),
        steps.ConfirmAgain(times=4, twin="b"),
        steps.KillAmidst(at=0.7),
        steps.Deliver(attempts=5),
        steps.ConfirmAgain(times=4, twin="b"),
        steps.KillAmidst(at=1.5),
        steps.Deliver(attempts=5),
        steps.RepeatTogether(rounds=1, twin="b"),
    ),
    probes=(probes.LosesNothing(), probes.AppliesOnce()),
)
