"""Nobody answers through every attempt, so events are discarded; delivered once more by hand, each has its effect."""

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
        steps.KillApp(),
        steps.Deliver(attempts=6),
        steps.StartApp(),
        steps.Redeliver(),
    ),
    probes=(probes.LosesNothing(), probes.AppliesOnce()),
)
