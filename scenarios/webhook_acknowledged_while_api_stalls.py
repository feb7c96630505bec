"""The API stalls while events arrive; a good receiver acknowledges them at once and applies them in the end."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.asynchronous",),
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
        steps.DeliverOne("b.e0"),
        steps.Sync(twin="b"),
        steps.WaitUntilIdle(),
        steps.InjectFault("banking.*", faults.Stall(), times=2),
        steps.Deliver(),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.AcknowledgesPromptly(), probes.LosesNothing()),
)
