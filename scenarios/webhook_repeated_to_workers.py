"""Messages arrive again over many connections and reach every process; a good receiver applies each once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(twin="a"),
        steps.WaitUntilIdle(),
        steps.Sync(twin="a"),
        steps.TouchConsent(times=8, twin="a"),
        steps.Deliver(),
        steps.Authorise(twin="c"),
        steps.Sync(twin="c"),
        steps.TouchConsent(times=8, twin="c"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="b"),
        steps.Sync(twin="b"),
        steps.TouchConsent(times=8, twin="b"),
        steps.DeliverTogether(),
        steps.Deliver(attempts=5),
        steps.RepeatTogether(rounds=6, twin="b"),
    ),
    probes=(probes.AppliesOnce(),),
)
