"""One process of the app is killed after it may have acknowledged messages; a good receiver loses none of them."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
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
        steps.KillWorker(),
        steps.Deliver(attempts=5),
        steps.RepeatTogether(rounds=3, twin="b"),
        steps.KillWorker(),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.LosesNothing(), probes.AppliesOnce()),
)
