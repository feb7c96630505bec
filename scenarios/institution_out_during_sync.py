"""The bank goes out of reach before the first sync is done; once it is back, everything is told and read after all."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.webhook-driven",),
    steps=(
        steps.Authorise(),
        steps.BeginOutage(),
        steps.Advance(minutes=20),
        steps.Deliver(),
        steps.EndOutage(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.ReadsAfterEvent(), probes.HoldsEveryRow("transactions")),
)
