"""The app is killed after it acknowledged a message, and during its work; a good receiver still applies each message."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.asynchronous",),
    steps=(
        steps.Authorise(twin="a"),
        steps.WaitUntilIdle(),
        steps.Sync(twin="a"),
        steps.Deliver(),
        steps.Sync(twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.Deliver(),
        steps.Sync(twin="c"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.DeliverOne("b.e0"),
        steps.Restart(),
        steps.DeliverTogether(),
        steps.Restart(),
        # A kill directly after the acknowledgement may precede the work; this one interrupts it.
        steps.Sync(twin="b"),
        steps.RestartDuringCall(twin="b"),
    ),
    probes=(probes.LosesNothing(),),
)
