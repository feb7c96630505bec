"""The app's database is down when a message arrives; a good receiver applies the retry once the database is back."""

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
        steps.FailNext(at="database", twin="b"),
        steps.DeliverOne("b.e0"),
        steps.FailNext(at="database", twin="b"),
        steps.DeliverOne("b.e3"),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.LosesNothing(), probes.AppliesOnce()),
)
