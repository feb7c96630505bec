"""The app is killed and started again, and messages that it has acknowledged come again."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(twin="a"),
        steps.WaitUntilIdle(),
        steps.Sync(twin="a"),
        steps.TouchConsent(twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.TouchConsent(twin="c"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.TouchConsent(twin="b"),
        steps.Deliver(),
        # This one comes again before the restart: who applies that a second time has not forgotten, but never knew.
        steps.Retry("b.e4"),
        steps.Replay("b.e4"),
        steps.WaitUntilIdle(),
        steps.Restart(),
        steps.Replay("b.e0"),
        steps.Retry("b.e1"),
        steps.Replay("b.e2"),
        steps.Retry("b.e3"),
    ),
    probes=(probes.AppliesOnce(),),
)
