"""Twenty messages come at the same moment, and what is refused comes again: in the end each has its one effect."""

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
