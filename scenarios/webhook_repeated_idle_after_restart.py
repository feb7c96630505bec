"""Processed messages are repeated after a restart; a good receiver reads nothing again and changes nothing."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.TouchConsent(),
        steps.Deliver(),
        steps.RepeatAfterRestarts(),
    ),
    probes=(probes.RepeatsNoWork(),),
)
