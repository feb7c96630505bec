"""Processing fails halfway and is repeated; a good receiver ends in the same state as without the failure."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(twin="a"),
        steps.WaitUntilIdle(),
        steps.Sync(twin="a"),
        steps.TouchConsent(times=2, twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.TouchConsent(times=2, twin="c"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.TouchConsent(times=2, twin="b"),
        steps.FailNext(at="midway", twin="b"),
        steps.DeliverOne("b.e0"),
        steps.WaitUntilIdle(),
        steps.DeliverOne("b.e0"),
        steps.DeliverOne("b.e1"),
        steps.DeliverOne("b.e2"),
        steps.DeliverOne("b.e3"),
        steps.FailNext(at="midway", twin="b"),
        steps.DeliverOne("b.e4"),
        steps.WaitUntilIdle(),
        steps.DeliverOne("b.e4"),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.IgnoresDeliveryOrder(), probes.LosesNothing()),
)
