"""The app is killed after it acknowledged a message, and during its work; a good receiver still applies each message."""

from fiskil_harness import Scenario, probes, steps

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
        steps.Sync(twin="b"),
        steps.DeliverOne("b.e0"),
        steps.Restart(),
        # The first kill may precede the work, and this one interrupts it.
        steps.RestartDuringCall(),
    ),
    probes=(probes.LosesNothing(),),
)
