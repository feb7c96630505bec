"""Several things happen to an end user in the same millisecond: each is told, and each has its effect."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(),
        steps.TouchConsent(),
        steps.Sync(),
        steps.SetSameTimestamp(),
        steps.Deliver(attempts=5),
    ),
    probes=(probes.LosesNothing(),),
)
