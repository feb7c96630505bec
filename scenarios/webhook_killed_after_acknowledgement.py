"""The app acknowledges a message, is killed at once and restarts; a good receiver still applies the message."""

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
        steps.DeliverTogether(),
        steps.Restart(),
    ),
    probes=(probes.LosesNothing(),),
)
