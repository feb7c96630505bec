"""Copies of one message arrive at the same moment, in several rounds; a good receiver applies it once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
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
        steps.Burst("b.e1", copies=8, of="retry"),
        steps.Burst("b.e2", copies=16),
        steps.Burst("b.e3", copies=16, of="retry"),
        steps.TouchConsent(times=5, twin="a"),
        steps.TouchConsent(times=5, twin="c"),
        steps.Deliver(),
        # Repeated alone: a second effect here means a missing duplicate check, not a lost race.
        steps.DeliverOne("b.e0"),
        steps.Replay("b.e0"),
        steps.Retry("b.e0"),
        steps.TouchConsent(times=5, twin="b"),
        steps.Burst("b.e4", copies=2),
        steps.Burst("b.e5", copies=4, of="retry"),
        steps.Burst("b.e6", copies=8),
        steps.Burst("b.e7", copies=12, of="retry"),
        steps.Burst("b.e8", copies=16),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.AppliesOnce(),),
)
