"""Processed messages are repeated while nothing else happens; a good receiver reads nothing again and changes nothing."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.TouchConsent(),
        steps.Deliver(),
        steps.RepeatWhileIdle(),
    ),
    probes=(probes.RepeatsNoWork(),),
)
