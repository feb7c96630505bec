"""The app is killed and restarted, and acknowledged messages arrive again; a good receiver does not apply them again."""

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
        # Repeated before the restart: an app that applies this one twice never remembered it.
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
