"""The bank is unreachable before the first sync ends and recovers later; a good integration then reads everything."""

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
