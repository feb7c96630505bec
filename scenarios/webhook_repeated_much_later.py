"""An early message arrives again after thousands of others; a good receiver does not apply it again."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
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
        # The last attempt, almost an hour late: an app that forgets messages by age has forgotten it when it comes again.
        steps.LateRetry("b.e4"),
        steps.Deliver(),
        # This one comes again at once: who applies that a second time has not forgotten, but never knew.
        steps.Retry("b.e5"),
        steps.Replay("b.e5"),
        # More than a bounded memory usually holds; an app that works slowly is given its time.
        steps.Authorise(twin="other"),
        steps.DeliverManyMessages(twin="other"),
        steps.WaitUntilIdle(),
        steps.WaitUntilIdle(),
        steps.WaitUntilIdle(),
        steps.Replay("b.e0"),
        steps.Retry("b.e3"),
        steps.Replay("b.e4"),
    ),
    probes=(probes.AppliesOnce(),),
)
