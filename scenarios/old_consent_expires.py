"""The end user consented anew in time, and then the old consent runs out: what the new one brought stays."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    steps=(
        steps.LimitConsents(days=1),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.LimitConsents(days=90),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.Advance(days=1),
        steps.Deliver(),
    ),
    probes=(probes.HoldsEveryRow("accounts"), probes.HoldsEveryRow("transactions")),
)
