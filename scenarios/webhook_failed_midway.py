"""Processing fails before, during and after the effect; a good receiver repeats it and applies each message once."""

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
        steps.FailNext(at="midway", twin="b", otherwise="api"),
        steps.DeliverOne("b.e0"),
        steps.WaitUntilIdle(),
        steps.FailNext(at="before", twin="b", otherwise="api"),
        steps.DeliverOne("b.e1"),
        steps.WaitUntilIdle(),
        steps.FailNext(at="after", twin="b", otherwise="api"),
        steps.DeliverOne("b.e2"),
        steps.WaitUntilIdle(),
        steps.FailNext(at="midway", twin="b", otherwise="api"),
        steps.DeliverOne("b.e3"),
        steps.WaitUntilIdle(),
        steps.Deliver(attempts=5),
        steps.Retry("b.e0"),
        steps.Retry("b.e1"),
        steps.Retry("b.e2"),
        steps.Retry("b.e3"),
    ),
    probes=(probes.LosesNothing(), probes.AppliesOnce()),
)
