"""Several events of one end user have the same publish_time; a good receiver applies each of them."""

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
