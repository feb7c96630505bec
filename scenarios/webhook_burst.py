"""Twenty messages arrive at once and refused ones are sent again; a good receiver applies each exactly once."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.retries",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.TouchConsent(times=20),
        steps.DeliverTogether(),
        steps.WaitUntilIdle(),
        steps.Deliver(attempts=5),
        steps.Retry("e4"),
    ),
    probes=(probes.LosesNothing(), probes.AppliesOnce()),
)
