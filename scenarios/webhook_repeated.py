"""Messages arrive again, as retries with other bytes and as identical bytes; a good receiver applies each once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(twin="a"),
        steps.WaitUntilIdle(),
        steps.Sync(twin="a"),
        steps.TouchConsent(times=3, twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.TouchConsent(times=3, twin="c"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.TouchConsent(times=3, twin="b"),
        steps.Deliver(),
        steps.Retry("b.e0"),
        steps.Replay("b.e0"),
        steps.Replay("b.e3"),
        steps.Retry("b.e3"),
        steps.Retry("b.e3"),
        steps.Retry("b.e1"),
        steps.SpellEverySignature("b.e2"),
        # Each of these is repeated in one way only, so that a second effect identifies the way.
        steps.Retry("b.e4"),
        steps.Retry("b.e4"),
        steps.Replay("b.e5"),
        steps.Replay("b.e5"),
        steps.SpellEverySignature("b.e6"),
        steps.Replay("b.e0"),
    ),
    probes=(probes.AppliesOnce(),),
)
